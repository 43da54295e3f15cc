// Whether the companion could acknowledge an event now: it tries to write, and compares clocks.
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
    /** Why the database takes no event. */
    readonly database?: AwayReason | 'error';
    /** Seconds by which the other's clock is ahead of ours. */
    readonly accountsClock?: number;
    readonly databaseClock?: number;
  };
}

const DATABASE_TIME = 2000;
const ACCOUNTS_TIME = 3000;
const ACCOUNTS_FRESH = 10_000;
const HEALTH_FRESH = 1000;
// Mozilla accounts was away for longer than it usually is, or we do not come through.
const OLD_REVOCATION = 3600;

/** Asks the database at most once a second and Mozilla accounts every ten, however many want to know. Never rejects. */
export function createHealth(parts: HealthParts): () => Promise<Health> {
  const { now = Date.now } = parts;
  const accounts = keptFor(ACCOUNTS_FRESH, now, () => accountsCheck(parts.accounts));
  return keptFor(HEALTH_FRESH, now, () => look(parts, accounts, now));
}

async function look(
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

/** Without Mozilla accounts the companion still does all that needs none of it, so another instance would help nobody. */
function accountsCheck(ask: HealthParts['accounts']): Promise<Check> {
  return withTimeout(ACCOUNTS_TIME, ask).then(
    () => 'ok',
    () => 'warning',
  );
}

/** One question at a time, and its answer for so many milliseconds. `ask` never rejects. */
function keptFor<T>(fresh: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let kept: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const at = now();
    // A clock that was set back must not keep an answer for ever.
    if (kept === undefined || Math.abs(at - kept.at) >= fresh) kept = { at, answer: ask() };
    return kept.answer;
  };
}
