// The heartbeat reports whether an event could be stored: not while the database can't be written, nor while the clock
// is wrong.
import { Agent } from 'node:http';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import type { RunningCompanion } from '../../../src/companion/start.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import { accessToken, ask, createSession, deliver, PASSWORD, startInProcess, uidOf } from '../harness.ts';
import { smallDisk, type SmallDisk } from './tmpfs.ts';

const PATIENCE_MS = 300_000;
const SLOW = { timeout: 120_000 };

let mock: RunningMockServer;
let running: RunningCompanion | undefined;
const agent = new Agent({ keepAlive: true });
beforeAll(async () => {
  mock = await startMockServer({ era: 'today' });
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(async () => {
  agent.destroy();
  await mock.stop();
});

const start = async (where: Parameters<typeof startInProcess>[1]) => {
  running = await startInProcess(mock, where);
  return running.origin;
};
const beat = async (origin: string) => {
  const { status, body, headers } = await ask(`${origin}/__heartbeat__`);
  return { status, why: (body.details as { database?: string }).database, again: headers.get('retry-after') };
};
const event = async (origin: string) =>
  deliver(
    agent,
    origin,
    await mock.events.sign({ clientId: CLIENT.clientId, uid: uidOf(mock), event: 'profile-change' }),
  );
const status = (origin: string) =>
  ask(`${origin}/status`, 'GET', { headers: { authorization: `Basic ${btoa(`operator:${PASSWORD}`)}` } });

describe('the heartbeat of a companion on a server', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, PATIENCE_MS);
  afterAll(() => server.stop(), PATIENCE_MS);

  const set = async (url: string, readOnly: boolean) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('set transaction_read_only = off');
    await client.query(`alter system set default_transaction_read_only = ${readOnly ? 'on' : 'off'}`);
    await client.query('select pg_reload_conf()');
    await client.end();
  };

  it(
    'fails while the server accepts no writes',
    async () => {
      const origin = await start({ databaseUrl: await freshDatabase(server.url) });
      const session = await createSession(mock, origin);
      await expect.poll(() => beat(origin), SLOW).toEqual({ status: 200, why: undefined, again: null });
      await set(server.url, true);
      await expect.poll(() => beat(origin), SLOW).toEqual({ status: 503, why: 'read_only', again: '5' });
      const refused = await ask(`${origin}/v1/sessions`, 'POST', { bearer: await accessToken(mock) });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await event(origin)).toBe(503);
      expect((await status(origin)).text).toContain('accepts no writes');
      const superuser = `${server.url}?options=-c%20default_transaction_read_only%3Doff`;
      await set(superuser, false);
      await expect.poll(async () => (await beat(origin)).status, SLOW).toBe(200);
      expect(await event(origin)).toBe(200);
      expect((await ask(`${origin}/v1/session`, 'GET', { bearer: session })).status).toBe(200);
    },
    PATIENCE_MS,
  );
});

describe('a full disk', () => {
  let disk: SmallDisk;
  afterEach(() => disk.remove());

  it(
    'on a server is reported, and survived',
    async () => {
      disk = await smallDisk('250m');
      const server = await startPostgres({ parentFolder: disk.folder });
      try {
        const origin = await start({ databaseUrl: server.url });
        await expect.poll(async () => (await beat(origin)).status, SLOW).toBe(200);
        disk.fill();
        await expect.poll(() => beat(origin), SLOW).toEqual({ status: 503, why: 'disk_full', again: '5' });
        disk.free();
        await expect.poll(async () => (await beat(origin)).status, SLOW).toBe(200);
        expect(await event(origin)).toBe(200);
      } finally {
        await running?.stop();
        running = undefined;
        await server.stop();
      }
    },
    PATIENCE_MS,
  );

  it(
    'under the embedded database is reported, and survived',
    async () => {
      disk = await smallDisk('250m');
      const origin = await start({ dataDir: join(disk.folder, 'data') });
      await expect.poll(async () => (await beat(origin)).status, SLOW).toBe(200);
      disk.fill();
      await expect.poll(() => beat(origin), SLOW).toEqual({ status: 503, why: 'disk_full', again: '5' });
      disk.free();
      await expect.poll(async () => (await beat(origin)).status, SLOW).toBe(200);
      expect(await event(origin)).toBe(200);
    },
    PATIENCE_MS,
  );
});

it(
  'a clock two minutes behind, which refuses every event, is reported',
  async () => {
    const lines: string[] = [];
    running = await startInProcess(mock, {}, { lines, now: () => Date.now() - 120_000 });
    const { origin } = running;
    expect(await event(origin)).toBe(401);
    const { status: code, body } = await ask(`${origin}/__heartbeat__`);
    expect([code, body.checks]).toMatchObject([503, { clock: 'error', database: 'ok' }]);
    const { accountsClock, databaseClock } = body.details as Record<string, number>;
    expect(Math.abs((accountsClock ?? 0) - 120)).toBeLessThan(10);
    expect(Math.abs((databaseClock ?? 0) - 120)).toBeLessThan(10);
    expect((await status(origin)).text).toContain('every event is refused');
    expect(lines.find((line) => line.includes('"clock"'))).toContain('"outcome":"error"');
  },
  PATIENCE_MS,
);
