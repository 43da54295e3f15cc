// Health check: whether an event could be stored now, and whether clocks agree.
import type { Endpoints } from '../../fxa/environments.ts';
import type { Http } from '../../fxa/http.ts';
import { type AwayReason, StoreError } from '../db/errors.ts';
import { withTimeouts } from '../db/with-timeout.ts';
import type { Store } from '../store.ts';
import type { Clocks } from './clock.ts';
import { cachedFor } from './cached-for.ts';

export interface HealthParts {
  readonly store: Pick<Store, 'ping' | 'revocationState'>;
  /** Resolves when Mozilla accounts answers. */
  readonly accounts: (signal: AbortSignal) => Promise<unknown>;
  readonly clocks?: Clocks;
  /** Names of the clients whose events are overdue. Default: none is. */
  readonly silent?: () => Promise<readonly string[]>;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

export type Check = 'ok' | 'warning' | 'error';

export interface Health {
  readonly status: Check;
  readonly checks: Readonly<Record<'database' | 'revocations' | 'accounts' | 'clock' | 'events', Check>>;
  readonly details: {
    /** Seconds. */
    readonly oldestRevocation: number;
    /** Why the database can't store an event. */
    readonly database?: AwayReason | 'error';
    /** Seconds by which the other clock is ahead of ours. */
    readonly accountsClock?: number;
    readonly databaseClock?: number;
    /** Clients whose events are overdue. */
    readonly silent?: readonly string[];
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
  const accounts = cachedFor(ACCOUNTS_FRESH, now, () => accountsCheck(parts.accounts));
  return cachedFor(HEALTH_FRESH, now, () => runChecks({ ...parts, store }, accounts, now));
}

async function runChecks(
  { store, clocks, silent: askSilent = () => Promise.resolve([]) }: HealthParts,
  accounts: () => Promise<Check>,
  now: () => number,
): Promise<Health> {
  const [why, oldest, reached, silent] = await Promise.all([
    tryWriting(store, clocks, now),
    store.revocationState().then(
      ({ oldest }) => (oldest === undefined ? 0 : (now() - oldest) / 1000),
      () => undefined,
    ),
    accounts(),
    askSilent().catch(() => undefined),
  ]);
  const checks = {
    database: why === undefined ? 'ok' : 'error',
    revocations: oldest === undefined || oldest > OLD_REVOCATION ? 'warning' : 'ok',
    accounts: reached,
    clock: clocks?.state() ?? 'ok',
    // Only a warning: another instance would receive no more events.
    events: silent?.length === 0 ? 'ok' : 'warning',
  } as const;
  const found = Object.values<Check>(checks);
  const status = found.includes('error') ? 'error' : found.includes('warning') ? 'warning' : 'ok';
  return {
    status,
    checks,
    details: {
      oldestRevocation: Math.max(0, Math.round(oldest ?? 0)),
      ...(why !== undefined && { database: why }),
      ...seconds('accountsClock', clocks?.ahead('accounts')),
      ...seconds('databaseClock', clocks?.ahead('database')),
      ...(silent !== undefined && silent.length > 0 && { silent }),
    },
  };
}

async function tryWriting(
  store: HealthParts['store'],
  clocks: Clocks | undefined,
  now: () => number,
): Promise<AwayReason | 'error' | undefined> {
  const began = now();
  try {
    const clock = await store.ping();
    clocks?.note('database', clock, began, now());
    return undefined;
  } catch (error) {
    return (error instanceof StoreError && error.why) || 'error';
  }
}

function seconds(name: 'accountsClock' | 'databaseClock', ms: number | undefined) {
  return ms === undefined ? {} : { [name]: Math.round(ms / 1000) };
}

/** Only a warning: most of the companion works without Mozilla accounts, and another instance would not help. */
function accountsCheck(ask: HealthParts['accounts']): Promise<Check> {
  const signal = AbortSignal.timeout(ACCOUNTS_TIME);
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve('warning'));
    ask(signal).then(
      () => resolve('ok'),
      () => resolve('warning'),
    );
  });
}

/** Resolves when Mozilla accounts answers at its discovery document. */
export function accountsAnswer({ discovery }: Pick<Endpoints, 'discovery'>, { fetch }: Pick<Http, 'fetch'>) {
  return async (signal: AbortSignal): Promise<void> => {
    const { ok, body } = await fetch(discovery, { signal, redirect: 'error' });
    // An unread body would keep its connection open.
    await body?.cancel();
    if (!ok) throw new Error('Mozilla accounts answered with an error');
  };
}
