// Health check: whether an event could be stored now, whether clocks agree, and whether notifications arrive.
import type { Endpoints } from '../../fxa/environments.ts';
import { type AwayReason, StoreError } from '../db/errors.ts';
import { withTimeouts } from '../db/with-timeout.ts';
import type { Store } from '../store.ts';
import { type Check, type Clocks, worst } from './clock.ts';
import { cachedFor } from './cached-for.ts';
import { type EventAge, silentClients } from './silence.ts';

export interface HealthParts extends Pick<Endpoints, 'discovery'> {
  readonly store: Pick<Store, 'ping' | 'revocationState'>;
  /** Asked whether Mozilla accounts answers at its discovery document. */
  readonly fetch: typeof fetch;
  readonly clocks: Clocks;
  /** Default: no events are expected. */
  readonly eventAges?: () => Promise<readonly EventAge[]>;
  /** As `Database.isDeaf`; without it there is no check `notifications`. */
  readonly isDeaf?: () => boolean;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

type CheckName = 'database' | 'revocations' | 'accounts' | 'clock' | 'events';

export interface Health {
  readonly status: Check;
  readonly checks: Readonly<Record<CheckName, Check>> & { readonly notifications?: Check };
  readonly details: {
    /** Seconds. */
    readonly oldestRevocation: number;
    /** Why the database can't store an event. */
    readonly database?: AwayReason | 'error' | undefined;
    /** Seconds by which the other clock is ahead of ours. */
    readonly accountsClock?: number | undefined;
    readonly databaseClock?: number | undefined;
    /** Clients whose events are overdue. */
    readonly silent?: readonly string[] | undefined;
  };
}

const DATABASE_TIME = 2000;
const ACCOUNTS_TIME = 3000;
const ACCOUNTS_FRESH = 10_000;
const HEALTH_FRESH = 1000;
// Mozilla accounts was down unusually long, or can't be reached from here.
const OLD_REVOCATION = 3600;

/**
 * Queries the database at most once a second and Mozilla accounts every ten, however often it is called. Never rejects.
 */
export function createHealth(parts: HealthParts): () => Promise<Health> {
  const { now = Date.now } = parts;
  const store = withTimeouts(parts.store, DATABASE_TIME);
  const accounts = cachedFor(ACCOUNTS_FRESH, now, () => accountsCheck(parts));
  return cachedFor(HEALTH_FRESH, now, () => runChecks({ ...parts, store }, accounts, now));
}

async function runChecks(
  { store, clocks, eventAges = () => Promise.resolve([]), isDeaf }: HealthParts,
  accounts: () => Promise<Check>,
  now: () => number,
): Promise<Health> {
  const [database, oldest, reached, silent] = await Promise.all([
    tryWriting(store, clocks, now),
    store.revocationState().then(
      ({ oldest }) => (oldest === undefined ? 0 : (now() - oldest) / 1000),
      () => undefined,
    ),
    accounts(),
    eventAges().then(silentClients, () => undefined),
  ]);
  const checks: Health['checks'] = {
    database: database === undefined ? 'ok' : 'error',
    revocations: oldest === undefined || oldest > OLD_REVOCATION ? 'warning' : 'ok',
    accounts: reached,
    clock: clocks.state(),
    // Only a warning: another instance would receive no more events.
    events: silent?.length === 0 ? 'ok' : 'warning',
    // Only a warning: without its memory an instance is slower, but right.
    ...(isDeaf && { notifications: isDeaf() ? 'warning' : 'ok' }),
  };
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms / 1000));
  return {
    status: worst(Object.values<Check>(checks)),
    checks,
    details: {
      oldestRevocation: Math.max(0, Math.round(oldest ?? 0)),
      database,
      accountsClock: seconds(clocks.ahead('accounts')),
      databaseClock: seconds(clocks.ahead('database')),
      silent: silent?.length ? silent : undefined,
    },
  };
}

async function tryWriting(
  store: HealthParts['store'],
  clocks: Clocks,
  now: () => number,
): Promise<AwayReason | 'error' | undefined> {
  const began = now();
  try {
    const clock = await store.ping();
    clocks.note('database', clock, began, now());
    return undefined;
  } catch (error) {
    return (error instanceof StoreError && error.why) || 'error';
  }
}

/** Only a warning: most of the companion works without Mozilla accounts, and another instance would not help. */
async function accountsCheck({ discovery, fetch }: HealthParts): Promise<Check> {
  try {
    const signal = AbortSignal.timeout(ACCOUNTS_TIME);
    const { ok, body } = await fetch(discovery, { signal, redirect: 'error' });
    // An unread body would keep its connection open.
    await body?.cancel();
    return ok ? 'ok' : 'warning';
  } catch {
    return 'warning';
  }
}
