// With a full log disk or an unread pipe the companion keeps serving, and logs again afterwards.
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { builtCompanion, type BuiltCompanion, type ChildCompanion } from '../harness.ts';
import { smallDisk, type SmallDisk } from './tmpfs.ts';

const PATIENCE_MS = 300_000;
const HEARTBEAT = '/__lbheartbeat__';

interface Line {
  readonly Type: string;
  readonly Fields: { readonly count?: number; readonly status?: number; readonly route?: string };
}

let server: RunningPostgres;
let built: BuiltCompanion;
let mock: RunningMockServer;
let agent: Agent;
let child: ChildCompanion | undefined;
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  built = await builtCompanion();
  mock = await startMockServer({ era: 'today' });
  agent = new Agent({ keepAlive: true, maxSockets: 16 });
}, PATIENCE_MS);
afterEach(async () => {
  await child?.kill9();
  child = undefined;
});
afterAll(async () => {
  agent.destroy();
  await mock.stop();
  await built.remove();
  await server.stop();
}, PATIENCE_MS);

const start = async (level: string, stdout?: number) => {
  const databaseUrl = await freshDatabase(server.url);
  const launch = { env: { LOG_LEVEL: level }, ...(stdout !== undefined && { stdout }) };
  child = built.start(mock, { databaseUrl }, [], launch);
  return { child, origin: await child.listening };
};

/** The response's status; rejects without a response within some seconds. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET', body = '') {
  return new Promise<number | undefined>((resolve, reject) => {
    const asked = request(url, { method, agent, headers, timeout: 10_000 }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    });
    asked.once('timeout', () => asked.destroy(new Error('No answer')));
    asked.once('error', reject).end(body);
  });
}

/** Sends `count` requests, many at a time; resolves with the distinct statuses. */
async function many(count: number, ask: (nth: number) => Promise<number | undefined>) {
  const statuses = new Set<number | undefined>();
  let next = 0;
  const worker = async () => {
    while (next < count) statuses.add(await ask((next += 1)));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return [...statuses];
}

const beats = (origin: string, count: number) => many(count, () => get(origin + HEARTBEAT));

/** All complete lines. */
const parseLines = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);

describe('a log in a file on a full disk', () => {
  let disk: SmallDisk;
  beforeAll(async () => {
    disk = await smallDisk('256k');
  });
  afterAll(() => disk.remove());

  it(
    'drops lines, and resumes when there is room',
    async () => {
      const path = join(disk.folder, 'log');
      const file = openSync(path, 'a');
      const { origin } = await start('debug', file);
      closeSync(file);
      expect(await beats(origin, 10)).toEqual([200]);
      disk.fill();
      expect(await beats(origin, 500)).toEqual([200]);
      const full = readFileSync(path, 'utf8');
      expect(await beats(origin, 10)).toEqual([200]);
      expect(readFileSync(path, 'utf8')).toBe(full);
      disk.free();
      expect(await beats(origin, 10)).toEqual([200]);
      const later = parseLines(readFileSync(path, 'utf8').slice(full.length));
      expect(later.filter(({ Type }) => Type === 'request').length).toBeGreaterThanOrEqual(9);
      expect(later.find(({ Type }) => Type === 'log_lost')?.Fields.count).toBeGreaterThan(10);
    },
    PATIENCE_MS,
  );
});

describe('a log in a pipe', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-pipe-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const pipe = (name: string) => {
    const path = join(folder, name);
    spawnSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    return { path, reader, writer };
  };

  it(
    'is dropped while it has no reader, and resumes with a new one',
    async () => {
      const { path, reader, writer } = pipe('gone');
      const { origin } = await start('debug', writer);
      closeSync(writer);
      expect(await beats(origin, 10)).toEqual([200]);
      closeSync(reader);
      expect(await beats(origin, 500)).toEqual([200]);
      const another = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      expect(await beats(origin, 10)).toEqual([200]);
      const bytes = Buffer.alloc(65_536);
      const later = parseLines(bytes.toString('utf8', 0, readSync(another, bytes)));
      expect(later.map(({ Type }) => Type)).toContain('log_lost');
      closeSync(another);
    },
    PATIENCE_MS,
  );

  it(
    'does not block on a stalled reader',
    async () => {
      const { reader, writer } = pipe('still');
      const { origin } = await start('debug', writer);
      closeSync(writer);
      expect(await beats(origin, 2000)).toEqual([200]);
      closeSync(reader);
    },
    PATIENCE_MS,
  );

  it(
    'is dropped when it is a closed socket',
    async () => {
      const { origin, child: running } = await start('debug');
      running.closeStdout();
      expect(await beats(origin, 500)).toEqual([200]);
    },
    PATIENCE_MS,
  );
});

it(
  'a flood of failing requests writes a few lines and their sums',
  async () => {
    const { origin, child: running } = await start('info');
    expect(await many(20_000, (nth) => get(`${origin}/nothing/${nth}`))).toEqual([404]);
    const bearer = { authorization: 'Bearer nothing' };
    await many(500, () => get(`${origin}/v1/session`, bearer));
    await many(500, () => get(`${origin}/webhooks/fxa`, bearer, 'POST'));
    await many(500, () => get(`${origin}/v1/session/end`, bearer, 'POST', 'x'.repeat(20_000)));
    await running.stop();
    const lines = parseLines(running.output());
    expect(lines.length).toBeLessThan(40);
    const sums = lines.filter(({ Type, Fields }) => Type === 'request_repeated' && Fields.status === 404);
    const first = lines.filter(({ Type, Fields }) => Type === 'request' && Fields.status === 404);
    expect(first.length + sums.reduce((all, { Fields }) => all + (Fields.count ?? 0), 0)).toBe(20_000);
  },
  PATIENCE_MS,
);
