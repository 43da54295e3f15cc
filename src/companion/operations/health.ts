// Health check: whether an event could be stored now, and whether clocks agree.
import { type AwayReason, StoreError } from '../db/errors.ts';
import type { Store } from '../store.ts';
import type { Clocks } from './clock.ts';
import { withTimeout } from './timeout.ts';

export interface HealthParts {
  readonly store: Pick<Store, 'ping' | 'revocationState'>;
  /** Resolves when Mozilla accounts answers. */
  readonly accounts: (signal: AbortSignal) => Promise<unknown>;
  readonly clocks?: Clocks;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

export type Check = 'ok' | 'warning' | 'error';

export interface Health {
  readonly status: Check;
  readonly checks: Readonly<Record<'database' | 'revocations' | 'accounts' | 'clock', Check>>;
  readonly details: {
    /** Seconds. */
    readonly oldestRevocation: number;
    /** Why the database can't store an event. */
    readonly database?: AwayReason | 'error';
    /** Seconds by which the other clock is ahead of ours. */
    readonly accountsClock?: number;
    readonly databaseClock?: number;
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
  const accounts = cachedFor(ACCOUNTS_FRESH, now, () => accountsCheck(parts.accounts));
  return cachedFor(HEALTH_FRESH, now, () => runChecks(parts, accounts, now));
}

async function runChecks(
  { store, clocks }: HealthParts,
  accounts: () => Promise<Check>,
  now: () => number,
): Promise<Health> {
  const [why, oldest, reached] = await Promise.all([
    tryWriting(store, clocks, now),
    withTimeout(DATABASE_TIME, () => store.revocationState()).then(
      ({ oldest }) => (oldest === undefined ? 0 : (now() - oldest) / 1000),
      () => undefined,
    ),
    accounts(),
  ]);
  const checks = {
    database: why === undefined ? 'ok' : 'error',
    revocations: oldest === undefined || oldest > OLD_REVOCATION ? 'warning' : 'ok',
    accounts: reached,
    clock: clocks?.state() ?? 'ok',
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
    const clock = await withTimeout(DATABASE_TIME, () => store.ping());
    clocks?.note('database', clock, began, now());
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return error.why ?? 'error';
    return error instanceof DOMException ? 'time_out' : 'error';
  }
}

function seconds(name: 'accountsClock' | 'databaseClock', ms: number | undefined) {
  return ms === undefined ? {} : { [name]: Math.round(ms / 1000) };
}

/** Only a warning: most of the companion works without Mozilla accounts, and another instance would not help. */
function accountsCheck(ask: HealthParts['accounts']): Promise<Check> {
  return withTimeout(ACCOUNTS_TIME, ask).then(
    () => 'ok',
    () => 'warning',
  );
}

/** Caches the result for `fresh` milliseconds and shares a call in progress. `ask` never rejects. */
function cachedFor<T>(fresh: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let kept: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const at = now();
    // Also expires when the clock is set back.
    if (kept === undefined || Math.abs(at - kept.at) >= fresh) kept = { at, answer: ask() };
    return kept.answer;
  };
}
