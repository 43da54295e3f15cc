// A statement that exceeds our own time limit while PostgreSQL is up: 503 with Retry-After, and a reason of its own in
// the log.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import type { Database } from '../../../src/companion/db/database.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { openPostgres } from '../../../src/companion/db/postgres.ts';
import type { RunningCompanion } from '../../../src/companion/start.ts';
import { startMockServer, type RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import { ask, createSession, startInProcess, uidOf } from '../harness.ts';

/** Far above what the statements take that are to succeed. */
const STATEMENT_LIMIT_MS = 2_000;

interface Entry {
  readonly Type: string;
  readonly Fields: Readonly<Record<string, unknown>>;
}

describe('a statement that waits for a lock longer than our limit', () => {
  let server: RunningPostgres;
  let database: Database;
  let mock: RunningMockServer;
  let companion: RunningCompanion;
  let session: string;
  const lines: string[] = [];
  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: 'off' } });
    await (await openDatabase({ url: server.url })).close();
    database = openPostgres(server.url, { patience: STATEMENT_LIMIT_MS });
    mock = await startMockServer({ era: 'today' });
    companion = await startInProcess(mock, { database }, { lines });
    session = await createSession(mock, companion.origin);
  });
  afterAll(async () => {
    await companion.stop();
    await mock.stop();
    await database.close();
    await server.stop();
  });
  beforeEach(() => {
    lines.length = 0;
  });

  /** Holds the table's strongest lock in another connection while `work` runs. */
  async function whileLocked<T>(table: string, work: () => Promise<T>): Promise<T> {
    const holder = new pg.Client({ connectionString: server.url });
    await holder.connect();
    await holder.query(`begin; lock table companion.${table} in access exclusive mode`);
    try {
      return await work();
    } finally {
      await holder.end();
    }
  }
  const failures = (type: string) =>
    lines.map((line) => JSON.parse(line) as Entry).filter(({ Type }) => Type === type);
  const timedOut = { code: 'database_away', reason: 'time_out', cause: '57014' };

  it('answers a request with 503, Retry-After and the reason time_out in the log', async () => {
    const read = () => ask(`${companion.origin}/v1/session`, 'GET', { bearer: session });
    const { status, headers, body } = await whileLocked('session', read);
    expect([status, headers.get('retry-after'), body.error]).toEqual([503, '5', 'unavailable']);
    expect(failures('request_failed')).toMatchObject([{ Fields: timedOut }]);
    expect((await read()).status).toBe(200);
  });

  it('answers an event with 503, Retry-After and the reason time_out in the log', async () => {
    const set = await mock.events.sign({
      clientId: CLIENT.clientId,
      uid: uidOf(mock),
      event: 'profile-change',
    });
    const deliver = () => ask(`${companion.origin}/webhooks/fxa`, 'POST', { bearer: set });
    const { status, headers } = await whileLocked('ledger', deliver);
    expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    expect(failures('webhook_failed')).toMatchObject([{ Fields: timedOut }]);
    expect((await deliver()).status).toBe(200);
  });

  it('is not reported as a database that is away, and leaves transactions usable', async () => {
    const end = () =>
      ask(`${companion.origin}/v1/session/end`, 'POST', { bearer: session, body: { refreshTokenIds: [] } });
    expect((await whileLocked('session', end)).status).toBe(503);
    expect(failures('request_failed')).toMatchObject([{ Fields: timedOut }]);
    expect(failures('database_away')).toEqual([]);
    expect((await end()).status).toBe(202);
  });
});
