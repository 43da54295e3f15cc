// The packages for the queue are optional: a companion without them starts as long as no queue is set.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { startFakeSqs, type FakeSqs } from '../fakes/sqs.ts';
import { builtCompanion, type BuiltCompanion } from '../harness.ts';

/** Makes Node find neither package. */
const HOOK = `export async function resolve(name, context, next) {
  if (/^(@aws-sdk|sqs-consumer)/.test(name)) throw Object.assign(new Error(name), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(name, context);
}`;
const PATIENCE_MS = 300_000;
let built: BuiltCompanion;
let mock: RunningMockServer;
let sqs: FakeSqs;
let folder: string;
beforeAll(async () => {
  built = await builtCompanion();
  mock = await startMockServer({ era: 'today' });
  sqs = await startFakeSqs();
  folder = await mkdtemp(join(tmpdir(), 'companion-packages-'));
  await writeFile(join(folder, 'hook.mjs'), HOOK);
  await writeFile(
    join(folder, 'without.mjs'),
    `import { register } from 'node:module'; register('./hook.mjs', import.meta.url);`,
  );
});
afterAll(async () => {
  await sqs.stop();
  await mock.stop();
  await built.remove();
  await rm(folder, { recursive: true, force: true });
});

it(
  'says how to install the packages for a queue that are missing',
  async () => {
    const where = { dataDir: join(folder, 'data') };
    const without = ['--import', join(folder, 'without.mjs')];
    const companion = built.start(mock, where, without, { env: sqs.env });
    await expect(companion.listening).rejects.toThrow(
      'COMPANION_SQS_URL needs packages that are not installed: run "npm ci --omit=dev --include=optional".',
    );
    expect(await companion.exited).toBe(1);
    const other = built.start(mock, where, without);
    expect(await other.listening).toMatch(/^http:/);
    expect(await other.stop()).toBe(0);
    expect([...sqs.asked]).toEqual([]);
    const reading = built.start(mock, where, [], { env: sqs.env });
    await expect.poll(() => sqs.asked.get('ReceiveMessage')).toBe(1);
    // A request for messages that waits doesn't delay the end.
    expect(await reading.stop()).toBe(0);
  },
  PATIENCE_MS,
);
