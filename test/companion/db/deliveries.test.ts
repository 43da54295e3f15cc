// Deliveries are applied once, all events of a token or none, and every instance is notified.
import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { accountName } from '../../../src/companion/clients.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import type { AccountEvent } from '../../../src/companion/security-events/types.ts';
import { onEachDatabase, type TestDatabase } from './on-each-database.ts';
import {
  CLIENT,
  HOUR,
  NOON,
  OTHER_CLIENT,
  createdFor,
  dayOf,
  hashOf,
  requestFor,
  deliveryFor,
} from './accounts.ts';

const ada = hashOf('ada');
const SLOW = { timeout: 60_000 };

const EVERY_KIND: readonly AccountEvent[] = [
  { kind: 'password_change', changedAt: NOON },
  { kind: 'subscription_state_change', capabilities: ['pro'], isActive: true, changedAt: NOON },
  { kind: 'profile_change' },
  { kind: 'metrics_opt_in' },
  { kind: 'metrics_opt_out' },
  { kind: 'delete_user' },
];

async function look({ store }: TestDatabase, hash: Buffer) {
  const session = await store.session(hash, NOON);
  if (session?.status !== 'live') throw new Error(`The session is ${session?.status ?? 'unknown'}.`);
  const { revision, metrics, subscriptions } = session;
  return { revision, metrics, subscriptions };
}

const counted = ({ database }: TestDatabase) =>
  database.query(
    'select client_id, hour, kind, count, last_at from companion.delivery_count order by client_id, hour, kind',
  );

onEachDatabase((harness) => {
  it.each(EVERY_KIND)('writes nothing of $kind about an unknown account', async (event) => {
    await createdFor(harness.store, hashOf('grace'));
    await harness.store.apply(deliveryFor(ada, event));
    for (const table of ['ledger', 'capability', 'tombstone', 'delivery_count']) {
      expect(await harness.database.query(`select from companion.${table}`)).toEqual([]);
    }
    expect(await harness.database.query('select key from companion.account')).toEqual([
      { key: hashOf('grace') },
    ]);
  });

  it('applies a delivery once, however often it arrives at several instances at once', async () => {
    const hash = await createdFor(harness.store, ada);
    const stores = [harness.store, createStore(harness.database), createStore(await harness.another())];
    const delivery = deliveryFor(ada, { kind: 'profile_change' });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => (stores[index % 3] ?? harness.store).apply(delivery)),
    );
    expect(await harness.database.query('select from companion.ledger')).toHaveLength(1);
    expect(await look(harness, hash)).toMatchObject({ revision: 1 });
    expect(await counted(harness)).toEqual([
      { client_id: CLIENT, hour: NOON, kind: 'profile_change', count: 50, last_at: NOON },
    ]);
  });

  it('recognizes a repeated event by its instant in a newly signed token', async () => {
    const hash = await createdFor(harness.store, ada);
    const subscription = {
      kind: 'subscription_state_change',
      capabilities: ['pro', 'plus'],
      isActive: true,
      changedAt: NOON,
    } as const;
    await harness.store.apply(deliveryFor(ada, subscription));
    await harness.store.apply(deliveryFor(ada, { ...subscription, capabilities: ['plus', 'pro'] }));
    const password = { kind: 'password_change', changedAt: NOON - 2 * HOUR } as const;
    await harness.store.apply(deliveryFor(ada, password));
    await harness.store.apply(deliveryFor(ada, password));
    expect(await harness.database.query('select from companion.ledger')).toHaveLength(2);
    expect(await look(harness, hash)).toEqual({
      revision: 1,
      metrics: true,
      subscriptions: { pro: true, plus: true },
    });
  });

  it('lets the newest change of a capability win, and removal win a tie', async () => {
    const hash = await createdFor(harness.store, ada);
    const tell = (capabilities: string[], isActive: boolean, changedAt: number) =>
      harness.store.apply(
        deliveryFor(ada, { kind: 'subscription_state_change', capabilities, isActive, changedAt }),
      );
    await tell(['pro', 'plus'], true, 20);
    await tell(['pro'], false, 10);
    await tell(['plus'], false, 20);
    await tell(['plus'], true, 20.5);
    await tell(['pro', 'new'], false, 30);
    const both = [true, false].map(
      (isActive) =>
        ({ kind: 'subscription_state_change', capabilities: ['one'], isActive, changedAt: 40 }) as const,
    );
    await harness.store.apply(deliveryFor(ada, both));
    await harness.store.apply(
      deliveryFor(ada, both.map((event) => ({ ...event, capabilities: ['two'] })).toReversed()),
    );
    expect((await look(harness, hash)).subscriptions).toEqual({
      pro: false,
      plus: false,
      new: false,
      one: false,
      two: false,
    });
  });

  it('applies all events of a token', async () => {
    const hash = await createdFor(harness.store, ada, { provedAt: NOON });
    await harness.store.apply(deliveryFor(ada, EVERY_KIND.slice(0, 5)));
    expect(await look(harness, hash)).toEqual({ revision: 4, metrics: false, subscriptions: { pro: true } });
  });

  it('applies all events of a token or none, without affecting other tokens in the batch', async () => {
    const hash = await createdFor(harness.store, ada);
    const spoilt = deliveryFor(ada, [
      { kind: 'profile_change' },
      // PostgreSQL can't store this character in text.
      { kind: 'subscription_state_change', capabilities: ['a\0b'], isActive: true, changedAt: NOON },
    ]);
    const good = () => harness.store.apply(deliveryFor(ada, { kind: 'profile_change' }));
    const results = await Promise.allSettled([good(), good(), harness.store.apply(spoilt), good(), good()]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(await look(harness, hash)).toMatchObject({ revision: 4, subscriptions: {} });
  });

  it('counts by client, hour and kind', async () => {
    await createdFor(harness.store, ada);
    const tell = (kind: 'profile_change' | 'metrics_opt_in', clientId: string, at: number) =>
      harness.store.apply(deliveryFor(ada, { kind }, { clientId, at }));
    await tell('profile_change', CLIENT, NOON + HOUR - 1);
    await tell('profile_change', CLIENT, NOON + 5);
    await tell('profile_change', CLIENT, NOON + HOUR);
    await tell('metrics_opt_in', OTHER_CLIENT, NOON);
    expect(await counted(harness)).toEqual([
      { client_id: OTHER_CLIENT, hour: NOON, kind: 'metrics_opt_in', count: 1, last_at: NOON },
      { client_id: CLIENT, hour: NOON, kind: 'profile_change', count: 2, last_at: NOON + HOUR - 1 },
      { client_id: CLIENT, hour: NOON + HOUR, kind: 'profile_change', count: 1, last_at: NOON + HOUR },
    ]);
  });

  it('notifies every instance about known and unknown accounts', async () => {
    const payloads: (string | undefined)[] = [];
    await (await harness.another()).listen((payload) => payloads.push(payload));
    const many = Array.from({ length: 600 }, () => randomBytes(32));
    await Promise.all(
      many.map((account) => harness.store.apply(deliveryFor(account, { kind: 'profile_change' }))),
    );
    const names = many.map((account) => accountName(account));
    await vi.waitFor(() => {
      expect(payloads.flatMap((payload) => payload?.split(',')).sort()).toEqual(names.sort());
    }, SLOW);
    expect(Buffer.from(names[0] ?? '', 'base64url')).toHaveLength(16);
  });

  describe('metrics', () => {
    const day = dayOf(NOON);
    const measure = (hash: Buffer) =>
      harness.store.addMetrics(hash, [{ name: 'opened', day, count: 1 }], NOON, NOON);

    it('are turned off and deleted by an opt-out, and not turned on by an opt-in', async () => {
      const hash = await createdFor(harness.store, ada);
      expect(await measure(hash)).toBe(true);
      expect(await harness.store.engageOnce(ada, CLIENT, day, NOON)).toBe(true);
      await harness.store.apply(deliveryFor(ada, { kind: 'metrics_opt_out' }));
      expect(await harness.database.query('select from companion.metric')).toEqual([]);
      expect(await harness.database.query('select from companion.engaged')).toEqual([]);
      await harness.store.apply(deliveryFor(ada, { kind: 'metrics_opt_in' }));
      expect(await look(harness, hash)).toMatchObject({ revision: 2, metrics: false });
      expect(await measure(hash)).toBe(false);
    });

    it('are turned on again by a newer profile, which a replayed opt-out does not undo', async () => {
      const hash = await createdFor(harness.store, ada);
      const optOut = deliveryFor(ada, { kind: 'metrics_opt_out' });
      await harness.store.apply(optOut);
      const readAtRevision = await harness.store.registerAccount({ account: ada }, NOON);
      await harness.store.createSession(
        requestFor(ada, { hash, presented: true, readAtRevision, at: NOON + 1 }),
      );
      expect(await measure(hash)).toBe(true);
      await harness.store.apply(optOut);
      expect(await measure(hash)).toBe(true);
      // A repeated opt-out may be a new decision.
      await harness.store.apply({ ...optOut, mark: randomBytes(32) });
      expect(await measure(hash)).toBe(false);
    });
  });
});
