// A PostgreSQL server through restarts, lost connections, and instances that contend for the same rows.
import { EventEmitter } from 'node:events';
import { run } from 'graphile-worker';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import type { Database } from '../../../src/companion/db/database.ts';
import { accountName } from '../../../src/companion/clients.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { workerLogger } from '../../../src/companion/jobs/worker.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import { NOON, createdFor, hashOf, requestFor, rethrown, deliveryFor } from './accounts.ts';

const PATIENCE_MS = 300_000;
const SLOW = { timeout: 60_000 };
const ada = hashOf('ada');

describe('PostgreSQL', () => {
  let server: RunningPostgres;
  let one: Database;
  let two: Database;
  beforeAll(async () => {
    server = await startPostgres({ settings: { fsync: 'off' } });
    one = await openDatabase({ url: server.url });
    two = await openDatabase({ url: server.url });
  }, PATIENCE_MS);
  afterAll(async () => {
    await Promise.all([one.close(), two.close()]);
    await server.stop();
  }, PATIENCE_MS);

  it(
    'does not deadlock instances that touch the same accounts in different orders',
    async () => {
      const accounts = Array.from({ length: 120 }, (_, index) => ({
        index,
        account: hashOf(`person ${index}`),
      }));
      const stores = [createStore(one), createStore(two)];
      const hashes = await Promise.all(accounts.map(({ account }) => createdFor(createStore(one), account)));
      const pro = {
        kind: 'subscription_state_change',
        capabilities: ['b', 'a'],
        isActive: true,
        changedAt: 1,
      } as const;
      const rounds = stores.flatMap((store, which) =>
        Array.from({ length: 12 }, async (_, round) => {
          const order = which === round % 2 ? accounts : accounts.toReversed();
          await Promise.all([
            ...order.map(({ account, index }) =>
              store.apply(
                deliveryFor(account, [
                  { kind: 'profile_change' },
                  index % 20 === round ? { kind: 'delete_user' } : pro,
                ]),
              ),
            ),
            ...order.map(
              ({ account, index }) => index % 12 === round && store.createSession(requestFor(account)),
            ),
            ...hashes.map((hash, index) => index % 12 === round && store.end(hash, [], NOON)),
            round % 4 === 0 && store.prune(rethrown),
          ]);
        }),
      );
      await Promise.all(rounds);
      const left = accounts.filter(({ index }) => index % 20 >= 12);
      expect(await one.query('select from companion.account')).toHaveLength(left.length);
    },
    PATIENCE_MS,
  );

  it('outlives a worker that stops while its listener loses the connection', async () => {
    const events = new EventEmitter();
    const lost = new Promise<void>((resolve) =>
      events.once('pool:listen:success', ({ client }: { readonly client: PoolClient }) => {
        client.once('end', resolve);
        client.connection.stream.destroy();
        void runner.stop();
      }),
    );
    const runner = await run({
      pgPool: one.pool,
      taskList: { revoke: () => undefined },
      noHandleSignals: true,
      parsedCronItems: [],
      logger: workerLogger(() => undefined),
      events,
    });
    await lost;
    await runner.promise;
    expect(await one.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it(
    'receives notifications of other instances, and after a server crash that some may be missing',
    async () => {
      const payloads: (string | undefined)[] = [];
      await two.listen((payload) => payloads.push(payload));
      await createStore(one).apply(deliveryFor(ada, { kind: 'profile_change' }));
      await vi.waitFor(() => expect(payloads).toEqual([accountName(ada)]), SLOW);

      const hash = await createdFor(createStore(one), ada);
      const both = [accountName(ada), accountName(ada)];
      await vi.waitFor(() => expect(payloads).toEqual(both), SLOW);
      await server.kill9();
      await expect(createStore(one).ping()).rejects.toThrow();
      await expect(createStore(one).apply(deliveryFor(ada, { kind: 'profile_change' }))).rejects.toThrow();
      await vi.waitFor(() => expect(payloads).toEqual([...both, undefined]), SLOW);
      await server.restart();

      // The session survived, and so did this process.
      expect(await createStore(one).session(hash, NOON)).toMatchObject({ status: 'live' });
      // After reconnecting it reports once more that notifications may be missing.
      await vi.waitFor(() => expect(payloads).toEqual([...both, undefined, undefined]), SLOW);
      await createStore(one).apply(deliveryFor(ada, { kind: 'profile_change' }));
      await vi.waitFor(() => expect(payloads.at(-1)).toBe(accountName(ada)), SLOW);
    },
    PATIENCE_MS,
  );

  it('leaves a usable connection after a statement failed in a transaction', async () => {
    for (let round = 0; round < 30; round += 1) {
      await expect(
        one.transaction((transaction) => transaction.query('select * from nowhere')),
      ).rejects.toThrow();
    }
    expect(await one.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('rejects promptly when no server answers', async () => {
    await expect(openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});
