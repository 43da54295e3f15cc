// A server that is read-only for a while, as the former primary after a failover: all connections to it are dropped,
// and recover.
import { Agent } from 'node:http';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import { accessToken, ask, createSession, deliver, grant, startInProcess, uidOf } from '../harness.ts';

const PATIENCE_MS = 500_000;
const SLOW = { timeout: 120_000 };
/** Instead of minutes. */
const REDO = { overdueAfter: 2_000, sweepEvery: 1_000 };

let server: RunningPostgres;
let mock: RunningMockServer;
let operator: pg.Client;
const agent = new Agent({ keepAlive: true });
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  mock = await startMockServer({ era: 'today' });
  operator = new pg.Client({ connectionString: server.url });
  await operator.connect();
}, PATIENCE_MS);
afterAll(async () => {
  agent.destroy();
  await operator.end();
  await mock.stop();
  await server.stop();
}, PATIENCE_MS);

const takeWrites = async (on: boolean) => {
  await operator.query('set transaction_read_only = off');
  const value = on ? 'off' : 'on';
  await operator.query(`alter system set default_transaction_read_only = ${value}`);
  await operator.query('select pg_reload_conf()');
  // The server tells its connections in its own time.
  await expect
    .poll(async () => (await operator.query<object>('show default_transaction_read_only')).rows)
    .toEqual([{ default_transaction_read_only: value }]);
};

/**
 * Pids of the server processes behind companions' connections. Listeners check regularly whether the server accepts
 * writes.
 */
const connections = async () => {
  const { rows } = await operator.query<{ pid: number; query: string }>(
    `select pid, query from pg_stat_activity where application_name = 'companion'`,
  );
  const listening = rows.filter(({ query }) => /^listen "companion|^select 1 \/ /.test(query));
  return { all: rows.map(({ pid }) => pid), listening: listening.length };
};

/** Grants waiting to be destroyed. */
async function queued(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ id: string }>(
    'select refresh_token_id as id from companion.revocation where set_aside is null',
  );
  await client.end();
  return rows.map(({ id }) => id);
}

it(
  'is left by the listener and the worker too, which all recover',
  async () => {
    const databaseUrl = await freshDatabase(server.url);
    const one = await startInProcess(mock, { databaseUrl }, { redo: REDO });
    const other = await startInProcess(mock, { databaseUrl }, { redo: REDO });
    try {
      const { clientId } = CLIENT;
      const uid = uidOf(mock);
      const session = await createSession(mock, one.origin);
      const second = await createSession(mock, one.origin);
      const end = async (which: string) => {
        const id = grant(mock, uid);
        const body = { refreshTokenIds: [id] };
        const { status } = await ask(`${one.origin}/v1/session/end`, 'POST', { bearer: which, body });
        return { id, status };
      };
      const isLive = (id: string) => mock.store.liveGrants().some((live) => live.id === id);
      const { all: before, listening } = await connections();
      expect(listening).toBe(2);

      mock.faults.set([{ where: 'destroy', what: { kind: 'status', status: 503 } }]);
      const waiting = await end(session);
      expect(waiting.status).toBe(202);
      await takeWrites(false);
      expect((await end(second)).status).toBe(503);
      // All of them, including those that serve no requests.
      await expect
        .poll(async () => {
          for (const { origin } of [one, other])
            expect((await ask(`${origin}/__heartbeat__`)).status).toBe(503);
          const now = (await connections()).all;
          return before.filter((pid) => now.includes(pid));
        }, SLOW)
        .toEqual([]);
      mock.faults.clear();
      await takeWrites(true);
      for (const { origin } of [one, other]) {
        await expect.poll(async () => (await ask(`${origin}/__heartbeat__`)).status, SLOW).toBe(200);
      }

      const after = await end(second);
      expect(after.status).toBe(202);
      await expect.poll(() => isLive(after.id), SLOW).toBe(false);
      // An interrupted attempt may have left its job locked; the sweep requeues it.
      await expect.poll(() => isLive(waiting.id), SLOW).toBe(false);
      await expect.poll(() => queued(databaseUrl), SLOW).toEqual([]);

      // The other caches a dead token until it is notified of the event.
      await expect.poll(async () => (await connections()).listening, SLOW).toBe(2);
      const bearer = await accessToken(mock);
      const me = async () => (await ask(`${other.origin}/v1/me`, 'GET', { bearer })).status;
      expect(await me()).toBe(200);
      for (const { id } of mock.store.liveAccessTokens()) mock.store.tokens.removeAccessToken(id);
      expect(await me()).toBe(200);
      const payload = { changeTime: Date.now() };
      const set = await mock.events.sign({ clientId, uid, event: 'password-change', payload });
      expect(await deliver(agent, one.origin, set)).toBe(200);
      await expect.poll(me, SLOW).toBe(401);
    } finally {
      await takeWrites(true);
      await one.stop();
      await other.stop();
    }
  },
  PATIENCE_MS,
);
