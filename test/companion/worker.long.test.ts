// The worker on the real databases: grants of sign-outs are destroyed in the end, even when workers die.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountKey } from '../../src/companion/clients.ts';
import type { Database } from '../../src/companion/db/database.ts';
import { createRevoker } from '../../src/companion/jobs/revocations.ts';
import { startWorker, type WorkerFailure } from '../../src/companion/jobs/worker.ts';
import type { Store } from '../../src/companion/store.ts';
import { refreshTokenId } from '../../src/fxa/tokens.ts';
import { whileUnreachable, whileReadOnly } from './db/away.ts';
import { setClock } from './db/empty.ts';
import { onEachDatabase } from './db/on-each-database.ts';
import { CLIENT, createHarness, SECRET, type Harness } from './fakes/mock-and-companion.ts';

const LONG_AGO_MS = 180_000;
const WAITING_TO_FAIL = `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%''message''%'`;

describe('the worker on', () => {
  onEachDatabase((stored, databaseName) => {
    let harness: Harness<Store>;
    let stopWorker: (() => Promise<void>) | undefined;
    let failures: WorkerFailure[];

    beforeEach(async () => {
      harness = await createHarness(stored.store);
      failures = [];
    });
    afterEach(async () => {
      await stopWorker?.();
      stopWorker = undefined;
      await harness.mock.stop();
    });

    const work = async (
      pollEvery = 200,
      now = Date.now,
      more: Partial<Store> = {},
      tidy: Database['tidy'] = () => stored.database.tidy(),
    ) => {
      const { store, endpoints } = harness;
      const common = { store: { ...store, ...more }, now };
      const revoke = createRevoker({ ...common, endpoints, http: { fetch }, random: () => 0 });
      const log = (failure: WorkerFailure) => void failures.push(failure);
      const database = { pool: stored.database.pool, tidy };
      stopWorker = await startWorker({ ...common, database, revoke, log, pollEvery });
    };
    /** Signs out with a live grant, `ago` milliseconds in the past. */
    const signOut = async (ago = 0, at = Date.now() - ago) => {
      const { refresh_token: token } = await harness.driver.tokens({ scope: CLIENT.scope });
      const id = await refreshTokenId(String(token));
      const hash = Buffer.from(id, 'hex');
      const account = accountKey(SECRET, CLIENT, harness.uid());
      const request = {
        account,
        clientId: CLIENT.clientId,
        hash,
        sealedUid: Buffer.alloc(60),
        presented: false,
      };
      await harness.store.createSession({ ...request, provedAt: at, metrics: false, readAtRevision: 0, at });
      await setClock(stored.database, ago === 0 ? undefined : at);
      await harness.store.end(hash, [id], at);
      await setClock(stored.database, undefined);
      return id;
    };
    const live = () => harness.mock.store.liveGrants({ clientId: CLIENT.clientId }).length;
    const rows = (of = 'companion.revocation') =>
      stored.database.query<Record<string, unknown>>(`select * from ${of}`);
    const jobs = () => rows('graphile_worker._private_jobs');

    it('is woken by a sign-out, and leaves no data behind', async () => {
      // Polling would be too late; only the notification can wake it in time.
      await work(600_000);
      const ids = [await signOut(), await signOut()];
      await expect.poll(live).toBe(0);
      await expect.poll(rows).toEqual([]);
      await expect.poll(jobs).toEqual([]);
      expect(failures).toEqual([]);
      expect(ids).toHaveLength(2);
    });

    it('processes jobs queued before it started', async () => {
      await signOut();
      await work();
      await expect.poll(live).toBe(0);
      await expect.poll(rows).toEqual([]);
    });

    it('retries a failed revocation', async () => {
      const what = { kind: 'drop-after' } as const;
      harness.mock.faults.set([{ where: 'destroy', what, times: 1 }]);
      await work();
      await signOut();
      await expect.poll(rows).toMatchObject([{ attempts: 1, last_error: 'offline' }]);
      expect(live()).toBe(0);
      await expect.poll(rows).toEqual([]);
      await expect.poll(jobs).toEqual([]);
    });

    it('takes over the job of a killed worker', async () => {
      await signOut(LONG_AGO_MS);
      await stored.database.query(
        `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'killed', attempts = 1`,
      );
      await work();
      await expect.poll(live).toBe(0);
      await expect.poll(rows).toEqual([]);
    });

    it.each([3, -3])('destroys grants while the companion’s clock is off by %s minutes', async (minutes) => {
      const skew = minutes * 60_000;
      await work(200, () => Date.now() + skew);
      const hash = await signOut(0, Date.now() + skew);
      await expect.poll(live).toBe(0);
      await expect.poll(rows).toEqual([]);
      // Nor does the sweep requeue one that waits for its next attempt.
      harness.mock.faults.set([{ where: 'destroy', what: { kind: 'status', status: 503 }, times: 1 }]);
      await signOut(0, Date.now() + skew);
      await expect.poll(rows).toMatchObject([{ attempts: 1 }]);
      expect(await harness.store.requeueOverdue()).toBe(0);
      await expect.poll(live, { timeout: 120_000 }).toBe(0);
      expect(hash).toHaveLength(64);
    });

    it('runs each daily maintenance task even when others fail', async () => {
      await signOut();
      await stored.database.query(`update graphile_worker._private_jobs set attempts = max_attempts`);
      await stored.database.query('alter table companion.ledger rename to elsewhere');
      try {
        const counted = 'select hour from companion.delivery_count';
        // The newest of a client is kept.
        await stored.database.query(
          `insert into companion.delivery_count
             select 'client', hour, 'profile_change', 1, hour from generate_series(1, 2) as hour`,
        );
        const tidy = () => Promise.reject(Object.assign(new Error('No'), { code: 'TIDY' }));
        await work(600_000, Date.now, {}, tidy);
        await expect.poll(jobs).toEqual([]);
        expect(await stored.database.query(counted)).toEqual([{ hour: 2 }]);
        expect(failures.map(({ kind, code }) => [kind, code])).toEqual([
          ['maintenance', '42P01'],
          ['maintenance', 'TIDY'],
        ]);
      } finally {
        await stored.database.query('alter table companion.elsewhere rename to ledger');
      }
    });

    it('stops in time while Mozilla accounts does not answer, and keeps the job', async () => {
      harness.mock.faults.set([{ where: 'destroy', what: { kind: 'silence' } }]);
      await work();
      await signOut();
      await expect.poll(() => harness.mock.faults.hits()[0]).toBe(1);
      await stopWorker?.();
      expect(await rows()).toMatchObject([{ attempts: 1, last_error: 'cancelled' }]);
      expect(await jobs()).toHaveLength(1);
    });

    it('sets aside permanent failures and old revocations, without further attempts', async () => {
      const what = { kind: 'status', status: 400, errno: 101 } as const;
      harness.mock.faults.set([
        { where: 'destroy', what, times: 1 },
        { where: 'destroy', what: { kind: 'drop' } },
      ]);
      await work();
      await signOut();
      await expect.poll(rows).toMatchObject([{ set_aside: 'misconfigured' }]);
      await signOut(31 * 86_400_000);
      await expect.poll(async () => (await rows()).map((row) => row.set_aside)).toContain('given_up');
      await expect.poll(jobs).toEqual([]);
    });

    // The embedded database is never away.
    const itOnServer = databaseName === 'PostgreSQL' ? it : () => undefined;
    itOnServer('survives a database that goes away right after a successful attempt', async () => {
      let letGo: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (letGo = resolve));
      const recorded: Promise<void>[] = [];
      const revoked = (id: string) => {
        const record = gate.then(() => harness.store.revoked(id));
        recorded.push(record);
        return record;
      };
      await work(200, Date.now, { revoked });
      await signOut();
      await expect.poll(() => recorded.length).toBe(1);
      await whileUnreachable(stored.url, async () => {
        letGo();
        await expect(recorded[0]).rejects.toThrow();
        await expect.poll(() => failures.map(({ kind }) => kind)).toContain('worker');
      });
      // This makes graphile-worker stop; its successor finds the job once it is overdue.
      await signOut();
      await expect.poll(live).toBe(0);
      await expect.poll(rows).toHaveLength(1);
      await stored.database.query(`update companion.revocation set not_before = not_before - ${LONG_AGO_MS}`);
      await harness.store.requeueOverdue();
      await expect.poll(rows).toEqual([]);
      expect(failures.length).toBeGreaterThan(0);
      expect(JSON.stringify(failures)).not.toMatch(/[0-9a-f]{32}/);
    });

    itOnServer('takes jobs once a server that was read-only at the start accepts writes', async () => {
      await signOut();
      await whileReadOnly(stored.url, async () => {
        await work();
        await expect.poll(() => failures).toContainEqual(expect.objectContaining({ code: '25006' }));
      });
      await expect.poll(rows).toEqual([]);
      expect(live()).toBe(0);
    });

    itOnServer('survives two attempts that fail to be recorded at the same time', async () => {
      const pending: (() => void)[] = [];
      const revoked = (id: string) =>
        pending.length === 2
          ? harness.store.revoked(id)
          : new Promise<void>((_resolve, reject) =>
              pending.push(() => reject(new Error('It takes no writes'))),
            );
      await work(200, Date.now, { revoked });
      for (let tries = 0; tries < 2; tries += 1) await signOut();
      await expect.poll(() => pending.length).toBe(2);
      await whileReadOnly(stored.url, async (query) => {
        await query('begin; lock table graphile_worker._private_jobs in access exclusive mode');
        for (const [index, fail] of pending.entries()) {
          fail();
          await expect.poll(() => stored.database.query(WAITING_TO_FAIL)).toHaveLength(index + 1);
        }
        await query('rollback');
        await expect.poll(() => failures.map(({ kind }) => kind)).toContain('worker');
      });
      expect(await rows()).toHaveLength(2);
      await stored.database.query(`update companion.revocation set not_before = not_before - ${LONG_AGO_MS}`);
      await harness.store.requeueOverdue();
      await expect.poll(rows).toEqual([]);
      expect(live()).toBe(0);
    });
  });
});
