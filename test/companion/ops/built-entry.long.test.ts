// The built entry as a process, on each database: starts that fail late, and the operator's commands.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { testSignal } from '../../harness/test-signal.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import { programs } from '../kill/programs.ts';
import { createSession, environment, uidOf, type Where } from '../harness.ts';

const PATIENCE_MS = 300_000;

const started = programs();
let mock: RunningMockServer;
let folder: string;
beforeAll(async () => {
  mock = await startMockServer({ era: 'today' });
  folder = await mkdtemp(join(tmpdir(), 'companion-entry-'));
}, PATIENCE_MS);
afterAll(async () => {
  await mock.stop();
  await rm(folder, { recursive: true });
}, PATIENCE_MS);

interface Ran {
  readonly code: unknown;
  readonly output: string;
  readonly errors: string;
}

/** Runs the entry to its end. */
function run(
  where: Where,
  args: readonly string[],
  { input, ...env }: NodeJS.ProcessEnv & { readonly input?: string } = {},
): Promise<Ran> {
  const options = { env: { ...environment(mock, where), ...env }, signal: testSignal() };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [started.built.main, ...args],
      options,
      (error, output, errors) => resolve({ code: error?.code ?? 0, output, errors }),
    );
    child.stdin?.end(input);
  });
}

async function takenPort(): Promise<string> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  return String((other.address() as AddressInfo).port);
}

describe.each<[string, () => Promise<Where>]>([
  ['the embedded database', () => Promise.resolve({ dataDir: join(folder, 'data') })],
  ['PostgreSQL', async () => ({ databaseUrl: await freshDatabase(started.server.url) })],
])('on %s', (_name, created) => {
  let where: Where;
  beforeAll(async () => {
    where = await created();
  });

  it(
    'a start that fails with the database open ends with 1, says why, and leaves it to the next',
    async () => {
      const PORT = await takenPort();
      expect(await run(where, [], { PORT })).toEqual({
        code: 1,
        output: '',
        errors: `Port ${PORT} is in use: end what runs there, or choose another PORT.\n`,
      });
      expect(await run(where, [], { COMPANION_SECRET: 'ab'.repeat(32) })).toEqual({
        code: 1,
        output: '',
        errors: expect.stringMatching(/^COMPANION_SECRET is not the one .*\n$/) as string,
      });
      const next = started.built.start(mock, where);
      expect(await next.listening).toMatch(/^http:/);
      expect(await next.stop()).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'commands print what there is, beside a companion on a server, and after it on a folder',
    async () => {
      const companion = started.built.start(mock, where);
      const origin = await companion.listening;
      await createSession(mock, origin);
      const ended = { code: 0, errors: '' };
      const containing = (text: string) => expect.stringContaining(text) as string;
      if (where.dataDir !== undefined) {
        expect(await run(where, ['status'])).toEqual({
          code: 1,
          output: '',
          errors:
            'The running companion has its embedded database open, which serves one process: stop it, run the command again, and start it.\n',
        });
        expect(await run(where, ['check'])).toEqual({
          ...ended,
          output: containing('--   database          open in a running companion'),
        });
        await companion.stop();
      }
      const client = `  test (${CLIENT.clientId}): 1 session; last event: none yet\n`;
      expect(await run(where, ['status'])).toEqual({ ...ended, output: containing(client) });
      const uid = uidOf(mock);
      const shown = await run(where, ['show', uid]);
      expect(shown).toEqual({ ...ended, output: containing('"status": "live"') });
      expect(await run(where, ['show', '-'], { input: `${uid}\n` })).toEqual(shown);
      expect(await run(where, ['check'])).toEqual({
        ...ended,
        output: containing('ok   secret            the one the accounts are known by\n'),
      });
      expect(await run(where, ['show'])).toEqual({
        code: 2,
        output: '',
        errors: containing('Commands of the companion'),
      });
      await companion.stop();
    },
    PATIENCE_MS,
  );
});
