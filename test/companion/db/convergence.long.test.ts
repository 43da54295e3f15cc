// Events converge to the same state in any order, with any repetition, through any number of concurrent instances.
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { createStore } from '../../../src/companion/db/store.ts';
import type { AccountEvent } from '../../../src/companion/security-events/types.ts';
import type { Delivery, Store } from '../../../src/companion/store.ts';
import { onEachDatabase, type TestDatabase } from './on-each-database.ts';
import { NOON, createdFor, deliveryFor } from './accounts.ts';

const RUNS = Number(process.env.CONVERGENCE_RUNS ?? 60);
const PATIENCE_MS = 300_000;
const PROVED_AT = [10, 20, 30, 40];

const instant = fc.integer({ min: 5, max: 45 });
const event: fc.Arbitrary<AccountEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('password_change'), changedAt: instant }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('subscription_state_change'),
      capabilities: fc.subarray(['a', 'b', 'c'], { minLength: 1 }),
      isActive: fc.boolean(),
      changedAt: instant,
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'profile_change' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'metrics_opt_in' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'metrics_opt_out' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete_user' }) },
);

/** One event of one of two accounts, with how often, when and through which instance it is delivered. */
const reportedEvent = fc.record({
  event,
  who: fc.integer({ min: 0, max: 1 }),
  tellings: fc.array(
    fc.record({ order: fc.double({ noNaN: true }), through: fc.integer({ min: 0, max: 2 }) }),
    { minLength: 1, maxLength: 3 },
  ),
});
type Told = { event: AccountEvent; who: number; tellings: { order: number; through: number }[] };

interface State {
  readonly deleted: boolean;
  readonly sessions: readonly string[];
  readonly revision: number;
  readonly metrics: boolean;
  readonly subscriptions: Readonly<Record<string, boolean>>;
}

const NOTHING_LEFT = { revision: 0, metrics: false, subscriptions: {} };

/** The expected state, computed from the set of events. */
function expected(events: readonly AccountEvent[]): State {
  if (events.some(({ kind }) => kind === 'delete_user')) {
    return { deleted: true, sessions: PROVED_AT.map(() => 'account_deleted'), ...NOTHING_LEFT };
  }
  const validAfter = Math.max(
    0,
    ...events.map((one) => (one.kind === 'password_change' ? one.changedAt : 0)),
  );
  const capabilities = events
    .flatMap((one) => (one.kind === 'subscription_state_change' ? [one] : []))
    .sort((a, b) => a.changedAt - b.changedAt || Number(b.isActive) - Number(a.isActive))
    .flatMap(({ capabilities: names, isActive }) => names.map((name) => [name, isActive] as const));
  return {
    deleted: false,
    sessions: PROVED_AT.map((at) => (at < validAfter ? 'password_changed' : 'live')),
    revision:
      new Set(
        events.map((one, index) =>
          one.kind === 'subscription_state_change'
            ? JSON.stringify(one)
            : one.kind === 'password_change'
              ? ''
              : index,
        ),
      ).size - Number(events.some(({ kind }) => kind === 'password_change')),
    metrics: !events.some(({ kind }) => kind === 'metrics_opt_out'),
    subscriptions: Object.fromEntries(capabilities),
  };
}

async function found(
  { database, store }: TestDatabase,
  account: Buffer,
  hashes: readonly Buffer[],
): Promise<State> {
  const sessions = await Promise.all(hashes.map((hash) => store.session(hash, NOON)));
  const [row] = await database.query<{ revision: number; metrics: boolean }>(
    'select revision, metrics from companion.account where key = $1',
    [account],
  );
  const capabilities = await database.query<{ name: string; active: boolean }>(
    'select name, active from companion.capability where account = $1',
    [account],
  );
  const tombstones = await database.query('select from companion.tombstone where account = $1', [account]);
  return {
    deleted: tombstones.length > 0,
    sessions: sessions.map((session) =>
      session?.status === 'ended' ? session.reason : (session?.status ?? 'gone'),
    ),
    ...(row ?? NOTHING_LEFT),
    subscriptions: Object.fromEntries(capabilities.map(({ name, active }) => [name, active])),
  };
}

/** A store's deliveries in order, in bursts that run concurrently. */
async function tell(store: Store, deliveries: readonly Delivery[], burst: number): Promise<void> {
  for (let start = 0; start < deliveries.length; start += burst) {
    await Promise.all(deliveries.slice(start, start + burst).map((delivery) => store.apply(delivery)));
  }
}

onEachDatabase((harness) => {
  let stores: Store[];
  beforeAll(async () => {
    stores = [
      createStore(harness.database),
      createStore(harness.database),
      createStore(await harness.another()),
    ];
  });

  async function check(history: readonly Told[], burst: number, signedAnew: boolean): Promise<void> {
    const accounts = [randomBytes(32), randomBytes(32)];
    const hashes = await Promise.all(
      accounts.map((account) =>
        Promise.all(PROVED_AT.map((provedAt) => createdFor(harness.store, account, { provedAt }))),
      ),
    );
    const tellings = history.flatMap(({ event: one, who, tellings: all }) => {
      const delivery = deliveryFor(accounts[who] ?? randomBytes(32), one);
      return all.map(({ order, through }) => ({
        order,
        through,
        delivery: signedAnew || 'changedAt' in one ? { ...delivery, mark: randomBytes(32) } : delivery,
      }));
    });
    tellings.sort((a, b) => a.order - b.order);
    await Promise.all(
      stores.map((store, index) =>
        tell(
          store,
          tellings.filter(({ through }) => through === index).map(({ delivery }) => delivery),
          burst,
        ),
      ),
    );
    for (const [who, account] of accounts.entries()) {
      const events = history.filter((one) => one.who === who).map((one) => one.event);
      const want = expected(events);
      const have = await found(harness, account, hashes[who] ?? []);
      // A newly signed token about an event without an instant may be a new event: the only cost is another profile
      // fetch.
      expect(have.revision).toBeGreaterThanOrEqual(want.revision);
      expect(signedAnew ? { ...have, revision: want.revision } : have).toEqual(want);
    }
  }

  it(
    'converges',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(reportedEvent, { maxLength: 14 }),
          fc.integer({ min: 1, max: 12 }),
          fc.boolean(),
          (history, burst, signedAnew) => check(history, burst, signedAnew),
        ),
        { numRuns: RUNS },
      ),
    PATIENCE_MS,
  );
});
