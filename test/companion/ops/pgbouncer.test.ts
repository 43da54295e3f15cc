// PgBouncer in session mode, as Debian installs it, in front of a server changes nothing for the companion.
import { Agent } from 'node:http';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPgbouncer, type RunningPgbouncer } from '../../../scripts/machine/pgbouncer.mjs';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { openPostgres } from '../../../src/companion/db/postgres.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import { accessToken, ask, createSession, deliver, grant, startInProcess, uidOf } from '../harness.ts';

const PATIENCE_MS = 300_000;
const SLOW = { timeout: 120_000 };

let server: RunningPostgres;
let pgbouncer: RunningPgbouncer;
let mock: RunningMockServer;
const agent = new Agent({ keepAlive: true });
beforeAll(async () => {
  server = await startPostgres({ settings: { fsync: 'off' } });
  pgbouncer = await startPgbouncer(server.url);
  mock = await startMockServer({ era: 'today' });
}, PATIENCE_MS);
afterAll(async () => {
  agent.destroy();
  await mock.stop();
  await pgbouncer.stop();
  await server.stop();
}, PATIENCE_MS);

/** The URL of an empty database, through PgBouncer. */
const fresh = async () => pgbouncer.before(await freshDatabase(server.url));

it(
  'lets companions start on an empty database, notify each other, and destroy grants',
  async () => {
    const databaseUrl = await fresh();
    const one = await startInProcess(mock, { databaseUrl });
    const other = await startInProcess(mock, { databaseUrl });
    try {
      const session = await createSession(mock, one.origin);
      const look = () => ask(`${other.origin}/v1/session`, 'GET', { bearer: session });
      expect((await look()).body).toMatchObject({ revision: 0 });

      const bearer = await accessToken(mock);
      const me = async ({ origin }: { origin: string }) =>
        (await ask(`${origin}/v1/me`, 'GET', { bearer })).status;
      expect([await me(one), await me(other)]).toEqual([200, 200]);
      for (const { id } of mock.store.liveAccessTokens()) mock.store.tokens.removeAccessToken(id);
      // Both cache the token until an event at one notifies the other.
      expect([await me(one), await me(other)]).toEqual([200, 200]);
      const uid = uidOf(mock);
      const payload = { changeTime: Date.now() };
      const { clientId } = CLIENT;
      const set = await mock.events.sign({ clientId, uid, event: 'password-change', payload });
      expect(await deliver(agent, one.origin, set)).toBe(200);
      await expect.poll(() => me(other), SLOW).toBe(401);
      expect((await look()).body).toMatchObject({ reason: 'password_changed' });

      const refreshTokenIds = [grant(mock, uid)];
      const second = await createSession(mock, other.origin);
      const ended = await ask(`${other.origin}/v1/session/end`, 'POST', {
        bearer: second,
        body: { refreshTokenIds },
      });
      expect(ended.status).toBe(202);
      const isLive = () => mock.store.liveGrants().some(({ id }) => refreshTokenIds.includes(id));
      await expect.poll(isLive, SLOW).toBe(false);
    } finally {
      await one.stop();
      await other.stop();
    }
  },
  PATIENCE_MS,
);

it(
  'applies the time limits to each connection, without leaking them to other users of the pool',
  async () => {
    const url = await fresh();
    const show = async (query: (text: string) => Promise<object>) => [
      await query('show statement_timeout'),
      await query('show idle_in_transaction_session_timeout'),
    ];
    const limits = (limit: string) => [
      [{ statement_timeout: limit }],
      [{ idle_in_transaction_session_timeout: limit }],
    ];
    const database = openPostgres(url);
    expect(await show((text) => database.query(text))).toEqual(limits('10s'));
    await database.close();

    const impatient = openPostgres(url, { patience: 500 });
    const late = impatient.query('select pg_sleep(100000)');
    await expect(late).rejects.toMatchObject({ why: 'time_out', cause: { code: '57014' } });
    expect(await show((text) => impatient.query(text))).toEqual(limits('500ms'));
    await impatient.close();

    const stranger = new pg.Client({ connectionString: url });
    await stranger.connect();
    expect(await show(async (text) => (await stranger.query<object>(text)).rows)).toEqual(limits('0'));
    await stranger.end();
  },
  PATIENCE_MS,
);
