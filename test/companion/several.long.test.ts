// Several companions on one PostgreSQL behave as one: events at one apply to all, and unfinished work is taken over.
import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../scripts/machine/postgres.mjs';
import type { RunningCompanion } from '../../src/companion/start.ts';
import { openPostgres } from '../../src/companion/db/postgres.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { freshDatabase } from './db/on-each-database.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import * as harness from './harness.ts';

const PATIENCE_MS = 300_000;
const keys = createKeys(Date.now);
const { clientId } = CLIENT;

describe('companions on one PostgreSQL', () => {
  let server: RunningPostgres;
  let built: harness.BuiltCompanion;
  let agent: Agent;
  let mock: RunningMockServer;
  let databaseUrl: string;
  let running: RunningCompanion[];
  beforeAll(async () => {
    server = await startPostgres();
    built = await harness.builtCompanion();
    agent = new Agent();
  }, PATIENCE_MS);
  afterAll(async () => {
    agent.destroy();
    await server.stop();
    await built.remove();
  }, PATIENCE_MS);

  beforeEach(async () => {
    mock = await startMockServer({ era: 'today', keys });
    databaseUrl = await freshDatabase(server.url);
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map(({ stop }) => stop()));
    await mock.stop();
  });

  const start = async () => {
    const companion = await harness.startInProcess(mock, { databaseUrl });
    running.push(companion);
    return companion.origin;
  };
  const tell = async (origin: string, event: string, payload: object = {}) => {
    const uid = harness.uidOf(mock);
    const set = await mock.events.sign({ clientId, uid, event, payload: { ...payload } });
    expect(await harness.deliver(agent, origin, set)).toBe(200);
  };
  const look = (origin: string, bearer: string) => harness.ask(`${origin}/v1/session`, 'GET', { bearer });
  const dead = (ids: readonly string[]) =>
    ids.filter((id) => !mock.store.liveGrants().some((live) => live.id === id));
  const end = (origin: string, bearer: string, refreshTokenIds: readonly string[]) =>
    harness.ask(`${origin}/v1/session/end`, 'POST', { bearer, body: { refreshTokenIds } });

  /** A sign-out that a companion process has accepted and tried once to finish. */
  const tried = async () => {
    const first = built.start(mock, { databaseUrl });
    const origin = await first.listening;
    const session = await harness.createSession(mock, origin);
    const ids = [harness.grant(mock, harness.uidOf(mock))];
    expect((await end(origin, session, ids)).status).toBe(202);
    await expect.poll(() => mock.faults.hits()[0]).toBe(1);
    return { first, session, ids };
  };

  it('share account state', async () => {
    const [a, b] = [await start(), await start()];
    const session = await harness.createSession(mock, a);
    expect((await look(b, session)).body).toMatchObject({ revision: 0, metrics: true });
    await tell(a, 'metrics-opt-out');
    expect((await look(b, session)).body).toMatchObject({ revision: 1, metrics: false });
    const changeTime = Date.now() + 2000;
    await tell(b, 'password-change', { changeTime });
    for (const origin of [a, b]) {
      expect((await look(origin, session)).body).toMatchObject({
        reason: 'password_changed',
        at: changeTime,
      });
    }
    await tell(a, 'delete-user');
    const late = await harness.ask(`${b}/v1/sessions`, 'POST', {
      bearer: await harness.accessToken(mock),
    });
    expect(late.body).toMatchObject({ error: 'session_ended', reason: 'account_deleted' });
  });

  it('evict cached tokens when another receives an event', async () => {
    const [a, b] = [await start(), await start()];
    const bearer = await harness.accessToken(mock);
    const me = async (origin: string) => (await harness.ask(`${origin}/v1/me`, 'GET', { bearer })).status;
    expect([await me(a), await me(b)]).toEqual([200, 200]);
    for (const { id } of mock.store.liveAccessTokens()) mock.store.tokens.removeAccessToken(id);
    // Both cache it, and need not know yet.
    expect([await me(a), await me(b)]).toEqual([200, 200]);
    await tell(a, 'password-change', { changeTime: Date.now() });
    expect(await me(a)).toBe(401);
    await expect.poll(() => me(b)).toBe(401);
  });

  it(
    'finish a sign-out that a killed one had accepted',
    async () => {
      mock.faults.set([{ where: 'destroy', what: { kind: 'status', status: 503 }, times: 1 }]);
      const { first, session, ids } = await tried();
      const other = await start();
      await first.kill9();
      expect((await look(other, session)).body).toMatchObject({ reason: 'signed_out' });
      await expect.poll(() => dead(ids), { timeout: 120_000 }).toEqual(ids);
    },
    PATIENCE_MS,
  );

  it(
    'requeue a revocation that a killed one was working on, once it is overdue',
    async () => {
      mock.faults.set([{ where: 'destroy', what: { kind: 'silence' } }]);
      const { first, ids } = await tried();
      await first.kill9();
      mock.faults.clear();
      const database = openPostgres(databaseUrl);
      await database.query('update companion.revocation set not_before = not_before - 180000');
      await database.close();
      await start();
      await expect.poll(() => dead(ids), { timeout: 120_000 }).toEqual(ids);
    },
    PATIENCE_MS,
  );

  it(
    'migrate an empty database once when four start at the same time',
    async () => {
      const origins = await Promise.all(Array.from({ length: 4 }, start));
      const session = await harness.createSession(mock, origins[0] ?? '');
      for (const origin of origins) {
        await expect
          .poll(async () => (await harness.ask(`${origin}/__heartbeat__`)).body)
          .toMatchObject({ status: 'ok' });
        expect((await look(origin, session)).status).toBe(200);
      }
      const database = openPostgres(databaseUrl);
      const versions = await database.query('select version from companion.migration order by version');
      expect(versions).toEqual(versions.map((_row, index) => ({ version: index + 1 })));
      expect(versions.length).toBeGreaterThan(1);
      await database.close();
    },
    PATIENCE_MS,
  );
});
