// Companions on a PostgreSQL server that are killed repeatedly, and the server itself, killed under one of them.
import { describe, expect, it } from 'vitest';
import { startMockServer } from '../../../src/mock-accounts/listen.ts';
import { note } from '../../faults/counts.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { ask, createSession } from '../harness.ts';
import { startLoad } from './load.ts';
import { programs } from './programs.ts';
import { acknowledged, checkInvariants, killAgainAndAgain, PATIENCE_MS } from './rounds.ts';

/** What the load counts for deliveries and sign-outs while the database is away. */
const REFUSED = ['event 503', 'end 503'];

describe('kills on PostgreSQL', () => {
  const run = programs();

  it(
    'a killed companion loses nothing it acknowledged',
    async () => {
      const where = { databaseUrl: await freshDatabase(run.server.url) };
      await killAgainAndAgain({ name: 'PostgreSQL', built: run.built, where });
    },
    PATIENCE_MS,
  );

  it(
    'a killed server is reported as away, and found again after its restart',
    async () => {
      const where = { databaseUrl: await freshDatabase(run.server.url) };
      const mock = await startMockServer({ era: 'today' });
      const companion = run.built.start(mock, where);
      const origin = await companion.listening;
      const session = await createSession(mock, origin);
      const load = await startLoad(mock, origin, { deletions: 1 });
      await acknowledged(load, 50);
      await run.server.kill9();
      const heartbeat = () => ask(`${origin}/__heartbeat__`);
      await expect.poll(async () => (await heartbeat()).status).toBe(503);
      const look = await ask(`${origin}/v1/session`, 'GET', { bearer: session });
      expect([look.status, look.body.error]).toEqual([503, 'unavailable']);
      expect(Number(look.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await ask(`${origin}/__lbheartbeat__`)).status).toBe(200);
      // Deliveries and sign-outs have both been refused.
      for (const refused of REFUSED)
        await expect.poll(() => load.answers.get(refused) ?? 0).toBeGreaterThan(0);
      await run.server.restart();
      await acknowledged(load, 20);
      expect((await ask(`${origin}/v1/session`, 'GET', { bearer: session })).status).toBe(200);
      await expect.poll(async () => (await heartbeat()).status).toBe(200);
      await load.deleteOne();
      await load.stop();
      await companion.kill9();
      const answers = new Map(load.answers);
      for (const refused of REFUSED) answers.delete(refused);
      await checkInvariants({
        mock,
        built: run.built,
        where,
        load: { ...load, answers },
        kills: 1,
        name: 'a killed server',
      });
      note('kills of PostgreSQL', 1, '0 lost');
      await mock.stop();
    },
    PATIENCE_MS,
  );
});
