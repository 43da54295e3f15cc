// The folder of the embedded database: a creation that was interrupted, and a folder that is moved away.
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startMockServer } from '../../../src/mock-accounts/listen.ts';
import { createChance } from '../../harness/random.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import { ADA, ask, builtCompanion, createSession, deliver, uidOf, type BuiltCompanion } from '../harness.ts';
import { KILL_SEED, PATIENCE_MS } from './rounds.ts';

let built: BuiltCompanion;
let folder: string;
beforeAll(async () => {
  built = await builtCompanion();
  folder = await mkdtemp(join(tmpdir(), 'companion-killed-'));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true, force: true });
});

it(
  'creates the embedded database after an interrupted creation',
  async () => {
    const mock = await startMockServer({ era: 'today' });
    const dataDir = join(folder, 'cut-short');
    const files = createChance(KILL_SEED).below(900);
    const first = built.start(mock, { dataDir });
    await vi.waitUntil(async () => (await entries(dataDir)) > files, { timeout: PATIENCE_MS, interval: 5 });
    await first.kill9();
    const second = built.start(mock, { dataDir });
    expect((await ask(`${await second.listening}/__heartbeat__`)).status).toBe(200);
    expect(await second.stop()).toBe(0);
    await mock.stop();
  },
  PATIENCE_MS,
);

it(
  'exits without acknowledging more when its folder is moved away while it runs',
  async () => {
    const mock = await startMockServer({ era: 'today' });
    // Left by the test before, if that ran.
    const dataDir = join(folder, 'cut-short');
    const companion = built.start(mock, { dataDir });
    const origin = await companion.listening;
    await createSession(mock, origin);
    await rename(dataDir, `${dataDir}-moved`);
    const agent = new Agent();
    const set = await mock.events.sign({
      clientId: CLIENT.clientId,
      uid: uidOf(mock, ADA),
      event: 'password-change',
    });
    expect(await deliver(agent, origin, set)).not.toBe(200);
    await vi.waitUntil(() => companion.output().includes('was moved or removed'), { timeout: PATIENCE_MS });
    expect(await companion.stop()).toBe(1);
    expect(companion.output()).toContain('"Type":"database_lost"');
    // Nothing was created in its place, and everything is in the new location.
    expect(await entries(dataDir)).toBe(0);
    const next = built.start(mock, { dataDir: `${dataDir}-moved` });
    expect(await deliver(agent, await next.listening, set)).toBe(200);
    expect(await next.stop()).toBe(0);
    agent.destroy();
    await mock.stop();
  },
  PATIENCE_MS,
);

const entries = (dir: string) =>
  readdir(dir, { recursive: true }).then(
    ({ length }) => length,
    () => 0,
  );
