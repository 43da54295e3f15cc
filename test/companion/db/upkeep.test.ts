// What is deleted when, and what the operator sees meanwhile.
import { expect, it } from 'vitest';
import type { Database } from '../../../src/companion/db/database.ts';
import { claimSpaces } from '../../../src/companion/db/same-settings.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import { setClock } from './empty.ts';
import { onEachDatabase } from './on-each-database.ts';
import {
  CLIENT,
  DAY,
  HOUR,
  NOON,
  OTHER_CLIENT,
  createdFor,
  dayOf,
  hashOf,
  rethrown,
  deliveryFor,
} from './accounts.ts';

const ada = hashOf('ada');
const grace = hashOf('grace');
const opened = { name: 'opened', day: dayOf(NOON), count: 1 };

onEachDatabase((harness) => {
  const prune = async (at: number) => {
    await setClock(harness.database, at);
    await harness.store.prune(rethrown);
  };
  const rowsOf = async (table: string) =>
    (await harness.database.query(`select from companion.${table}`)).length;

  it('deletes the ledger after 8 days, engagement after 2, metrics after 90, and all counters but the last after 60', async () => {
    const hash = await createdFor(harness.store, ada);
    for (const at of [NOON, NOON + HOUR])
      await harness.store.apply(deliveryFor(ada, { kind: 'profile_change' }, { at }));
    await harness.store.addMetrics(hash, [opened], NOON, NOON);
    await harness.store.engageOnce(ada, CLIENT, opened.day, NOON);
    const left = async (days: number) => {
      // Used all the time, so that the account stays.
      await harness.database.query('update companion.session set seen_at = $1', [NOON + days * DAY]);
      await prune(NOON + days * DAY);
      const tables = ['ledger', 'engaged', 'metric', 'delivery_count', 'account'];
      const counts = await Promise.all(tables.map(rowsOf));
      return Object.fromEntries(tables.map((table, index) => [table, counts[index]]));
    };
    const all = { ledger: 2, engaged: 1, metric: 1, delivery_count: 2, account: 1 };
    expect(await left(2)).toEqual(all);
    expect(await left(4)).toEqual({ ...all, engaged: 0 });
    expect(await left(8)).toEqual({ ...all, engaged: 0 });
    expect(await left(9)).toEqual({ ...all, engaged: 0, ledger: 0 });
    expect(await left(61)).toEqual({ ...all, engaged: 0, ledger: 0, delivery_count: 1 });
    expect(await left(92)).toEqual({ ...all, engaged: 0, ledger: 0, delivery_count: 1, metric: 0 });
  });

  it('deletes a session 30 days after its end, and then an account without others', async () => {
    await harness.store.end(await createdFor(harness.store, ada), [], NOON);
    const graces = await createdFor(harness.store, grace);
    await createdFor(harness.store, hashOf('joan'));
    await prune(NOON + 30 * DAY);
    expect(await rowsOf('session')).toBe(3);
    await harness.store.session(graces, NOON + 29 * DAY);
    await prune(NOON + 30 * DAY + 1);
    expect(await harness.database.query('select key from companion.account where key = $1', [ada])).toEqual(
      [],
    );
    // The others: one session expired unused, one is in use.
    await prune(NOON + 60 * DAY + 1);
    expect(await harness.database.query('select key from companion.account')).toEqual([{ key: grace }]);
  });

  it('erases an unused account without a tombstone, so that it can return', async () => {
    await harness.store.end(await createdFor(harness.store, ada), [], NOON);
    await harness.store.apply(
      deliveryFor(ada, {
        kind: 'subscription_state_change',
        capabilities: ['pro'],
        isActive: true,
        changedAt: NOON,
      }),
    );
    await prune(NOON + 31 * DAY);
    for (const table of ['account', 'session', 'ledger', 'capability', 'tombstone']) {
      expect(await rowsOf(table)).toBe(0);
    }
    expect(await harness.store.session(await createdFor(harness.store, ada), NOON)).toMatchObject({
      revision: 0,
    });
  });

  it('deletes a set-aside grant after 90 days, and none that still waits', async () => {
    const [aside, waiting] = ['a'.repeat(64), 'b'.repeat(64)];
    await setClock(harness.database, NOON);
    await harness.store.end(await createdFor(harness.store, ada), [aside, waiting], NOON);
    await harness.store.setAside(aside, 'misconfigured');
    await prune(NOON + 90 * DAY);
    expect(await rowsOf('revocation')).toBe(2);
    await prune(NOON + 90 * DAY + 1);
    expect(await harness.database.query('select refresh_token_id from companion.revocation')).toEqual([
      { refresh_token_id: waiting },
    ]);
  });

  it('deletes more than fits in one slice', async () => {
    await harness.database.query(
      `insert into companion.delivery_count select 'client', hour, 'profile_change', 1, hour from generate_series(1, 20000) as hour`,
    );
    await prune(NOON);
    expect(await harness.database.query('select hour from companion.delivery_count')).toEqual([
      { hour: 20_000 },
    ]);
  });

  it('erases unused accounts among many others, in slices', async () => {
    const { database } = harness;
    const unused = (from: number, to: number) =>
      database.query(
        `insert into companion.account (key, created_at)
         select sha256(convert_to('unused ' || n, 'UTF8')), $1 from generate_series($2::integer, $3::integer) as n`,
        [NOON, from, to],
      );
    await unused(1, 9000);
    const kept = await createdFor(harness.store, ada, { at: NOON + 30 * DAY });
    await createdFor(harness.store, grace, { at: NOON + 30 * DAY });
    await unused(9001, 12_000);
    const patiences: (number | undefined)[] = [];
    const counting: Database = {
      ...database,
      transaction: (work, patience) => {
        patiences.push(patience);
        return database.transaction(work, patience);
      },
    };
    await setClock(database, NOON + 31 * DAY);
    await createStore(counting).prune(rethrown);
    expect(await rowsOf('account')).toBe(2);
    expect(patiences.length).toBeGreaterThan(4);
    // Longer than statements of requests may take.
    expect(Math.min(...patiences.map((patience) => patience ?? 0))).toBeGreaterThan(10_000);
    expect(await harness.store.session(kept, NOON + 31 * DAY)).toMatchObject({ status: 'live' });
  });

  it('continues with the other tables when one fails', async () => {
    const hash = await createdFor(harness.store, ada);
    await harness.store.addMetrics(hash, [opened], NOON, NOON);
    await harness.database.query('alter table companion.session rename column seen_at to seen');
    await setClock(harness.database, NOON + 91 * DAY);
    const failures: unknown[] = [];
    try {
      await harness.store.prune((error) => void failures.push(error));
    } finally {
      await harness.database.query('alter table companion.session rename column seen to seen_at');
    }
    expect(failures).toMatchObject([{ code: '42703' }]);
    expect(await rowsOf('metric')).toBe(0);
  });

  it('erases no account for which a session is being created', async () => {
    for (let round = 0; round < 5; round += 1) {
      const unused = hashOf(`unused ${round}`);
      await harness.store.end(await createdFor(harness.store, unused), [], NOON);
      await prune(NOON + 29 * DAY);
      await harness.database.query('delete from companion.session');
      const at = NOON + 40 * DAY;
      const [hash] = await Promise.all([createdFor(harness.store, unused, { at }), prune(at)]);
      expect(await harness.store.session(hash, at)).toMatchObject({ status: 'live' });
    }
  });

  it('knows since when events of a client may come, whatever restarts and is deleted', async () => {
    const clients = [CLIENT, OTHER_CLIENT].map((clientId) => ({ clientId, name: clientId, space: clientId }));
    await setClock(harness.database, NOON);
    await claimSpaces(harness.database, clients);
    await createdFor(harness.store, ada);
    await harness.store.apply(deliveryFor(ada, { kind: 'profile_change' }, { at: NOON + HOUR }));
    await prune(NOON + 70 * DAY);
    await claimSpaces(harness.database, clients);
    expect(await harness.store.lastEvents()).toEqual({
      [CLIENT]: { since: NOON, at: NOON + HOUR },
      [OTHER_CLIENT]: { since: NOON, at: null },
    });
  });

  it('reports live sessions, the last event, and the deliveries of a week', async () => {
    await harness.store.end(await createdFor(harness.store, ada), [], NOON);
    await createdFor(harness.store, ada);
    await createdFor(harness.store, ada, { provedAt: NOON - HOUR });
    await createdFor(harness.store, grace, { clientId: OTHER_CLIENT });
    await createdFor(harness.store, grace, { at: NOON - 30 * DAY });
    await harness.store.apply(deliveryFor(ada, { kind: 'profile_change' }, { at: NOON - 8 * DAY }));
    await harness.store.apply(deliveryFor(ada, { kind: 'profile_change' }, { at: NOON - HOUR }));
    await harness.store.apply(
      deliveryFor(ada, { kind: 'password_change', changedAt: NOON - HOUR / 2 }, { at: NOON + 1 }),
    );
    expect(await harness.store.operatorState(NOON)).toEqual({
      clients: {
        [CLIENT]: { sessions: 1, lastEvent: { kind: 'password_change', at: NOON + 1 } },
        [OTHER_CLIENT]: { sessions: 1 },
      },
      deliveries: [
        { hour: NOON - HOUR, clientId: CLIENT, kind: 'profile_change', count: 1 },
        { hour: NOON, clientId: CLIENT, kind: 'password_change', count: 1 },
      ],
      revocations: { pending: 0, setAside: [] },
    });
    expect(await harness.store.revocationState()).toEqual({ pending: 0, setAside: [] });
    expect(Math.abs((await harness.store.ping()) - Date.now())).toBeLessThan(60_000);
  });
});
