// Revocations: queued atomically with the end of a session, and retried by graphile-worker until done.
import { Logger, run } from 'graphile-worker';
import { expect, it, vi } from 'vitest';
import { REVOKE_TASK } from '../../../src/companion/db/revocations.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import { setClock } from './empty.ts';
import { onEachDatabase } from './on-each-database.ts';
import { CLIENT, HOUR, NOON, createdFor, hashOf } from './accounts.ts';

const ada = hashOf('ada');
const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
const silent = new Logger(() => () => undefined);

onEachDatabase((harness) => {
  const jobs = () =>
    harness.database.query<{ key: string; due: number }>(
      `select key, (extract(epoch from run_at) * 1000)::bigint as due from graphile_worker.jobs
       where key is not null order by key`,
    );

  async function signOut(ids: readonly string[], at = NOON): Promise<void> {
    await setClock(harness.database, at);
    await harness.store.end(await createdFor(harness.store, ada), ids, at);
  }

  it('are queued once, each with a job', async () => {
    await signOut([B, A, A]);
    await signOut([A, B], NOON + HOUR);
    expect(await harness.store.revocation(A)).toEqual({
      refreshTokenId: A,
      clientId: CLIENT,
      attempts: 0,
      age: HOUR,
    });
    expect(await jobs()).toEqual([
      { key: `revoke:${A}`, due: NOON },
      { key: `revoke:${B}`, due: NOON },
    ]);
  });

  it('are queued with the end of the session or not at all', async () => {
    const hash = await createdFor(harness.store, ada);
    await expect(harness.store.end(hash, [A, 'a\0b'], NOON)).rejects.toThrow();
    expect(await harness.store.session(hash, NOON)).toMatchObject({ status: 'live' });
    expect(await harness.store.revocation(A)).toBeUndefined();
    expect(await jobs()).toEqual([]);
  });

  it('are completed, postponed, or set aside and requeued on a new request', async () => {
    await signOut([A, B, C]);
    await harness.store.revoked(A);
    await harness.store.postpone(B, HOUR, 'offline');
    await harness.store.setAside(C, 'misconfigured');
    expect(await harness.store.revocation(A)).toBeUndefined();
    expect(await harness.store.revocation(B)).toMatchObject({ attempts: 1 });
    expect(await harness.store.revocation(C)).toBeUndefined();
    expect((await jobs()).find(({ key }) => key.endsWith(B))?.due).toBe(NOON + HOUR);
    await harness.store.postpone(C, HOUR, 'offline');
    expect((await harness.store.operatorState(NOON)).revocations).toEqual({
      pending: 1,
      oldest: NOON,
      setAside: [{ clientId: CLIENT, why: 'misconfigured', count: 1 }],
    });
    await signOut([C], NOON + HOUR);
    expect(await harness.store.revocation(C)).toMatchObject({ attempts: 0, age: 0 });
  });

  it('are requeued once when overdue, and not earlier', async () => {
    const store = createStore(harness.database, { overdueAfter: HOUR });
    await signOut([A, B, C]);
    await store.postpone(B, 2 * HOUR, 'offline');
    await store.setAside(C, 'misconfigured');
    await setClock(harness.database, NOON + HOUR);
    expect(await store.requeueOverdue()).toBe(0);
    await setClock(harness.database, NOON + HOUR + 1);
    expect(await store.requeueOverdue()).toBe(1);
    await setClock(harness.database, NOON + HOUR + 2);
    expect(await store.requeueOverdue()).toBe(0);
  });

  it('of many concurrent sign-outs do not deadlock', async () => {
    const hashes = await Promise.all(Array.from({ length: 20 }, () => createdFor(harness.store, ada)));
    const store = createStore(await harness.another());
    const ids = Array.from({ length: 20 }, (_, index) => index.toString(16).padStart(64, '0'));
    await Promise.all(
      hashes.map((hash, index) =>
        (index % 2 === 0 ? harness.store : store).end(hash, index % 2 === 0 ? ids : ids.toReversed(), NOON),
      ),
    );
    expect(await jobs()).toHaveLength(20);
  });

  it('wake a worker at once, and another when the first was killed while working on the job', async () => {
    const rung: string[] = [];
    const start = () =>
      run({
        pgPool: harness.database.pool,
        logger: silent,
        noHandleSignals: true,
        pollInterval: 500,
        taskList: {
          [REVOKE_TASK]: async (payload) => {
            const { id } = payload as { id: string };
            rung.push(id);
            await harness.store.revoked(id);
          },
        },
      });
    await signOut([A]);
    // The state graphile-worker leaves when killed: locked, for four hours.
    await harness.database.query(
      "update graphile_worker._private_jobs set locked_at = now(), locked_by = 'dead'",
    );
    const runner = await start();
    try {
      await signOut([B]);
      await vi.waitFor(() => expect(rung).toEqual([B]), 60_000);
      await setClock(harness.database, NOON + HOUR);
      expect(await harness.store.requeueOverdue()).toBe(1);
      await vi.waitFor(() => expect(rung).toEqual([B, A]), 60_000);
      expect(await harness.store.revocation(A)).toBeUndefined();
    } finally {
      await runner.stop();
    }
  });
});
