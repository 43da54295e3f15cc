// The three routes by which machines ask how a service is (https://github.com/mozilla-services/Dockerflow).
import { Hono } from 'hono';
import type { Store } from '../store.ts';
import { within } from './within.ts';

export interface Version {
  readonly source: string;
  readonly version: string;
  readonly commit: string;
  readonly build: string;
}

export interface DockerflowOptions {
  readonly store: Pick<Store, 'ping' | 'revocationState'>;
  /** Resolves when Mozilla accounts answers. */
  readonly accounts: (signal: AbortSignal) => Promise<unknown>;
  readonly version: Version;
  /** Milliseconds. Default `Date.now`. */
  readonly now?: () => number;
}

type Check = 'ok' | 'warning' | 'error';

interface Heartbeat {
  readonly status: Check;
  readonly checks: Readonly<Record<'database' | 'revocations' | 'accounts', Check>>;
  readonly details: {
    /** Seconds. */
    readonly oldestRevocation: number;
  };
}

const DATABASE_TIME = 1000;
const ACCOUNTS_TIME = 3000;
const ACCOUNTS_FRESH = 10_000;
const RETRY_SECONDS = '5';
const HEARTBEAT_FRESH = 1000;
// Mozilla accounts was away for longer than it usually is, or we do not come through.
const OLD_REVOCATION = 3600;

/** `/__lbheartbeat__`: whether it runs; `/__heartbeat__`: whether it works, 503 without a database; `/__version__`. */
export function dockerflow(options: DockerflowOptions): Hono {
  const { now = Date.now, version } = options;
  const accounts = keptFor(ACCOUNTS_FRESH, now, () => accountsCheck(options.accounts));
  const heartbeat = keptFor(HEARTBEAT_FRESH, now, () => beat(options, accounts, now));
  const app = new Hono();
  app.get('/__lbheartbeat__', (c) => c.json({ status: 'ok' }, 200, { 'cache-control': 'no-store' }));
  app.get('/__heartbeat__', async (c) => {
    const found = await heartbeat();
    const isWell = found.status !== 'error';
    const headers = { 'cache-control': 'no-store', ...(!isWell && { 'retry-after': RETRY_SECONDS }) };
    return c.json(found, isWell ? 200 : 503, headers);
  });
  app.get('/__version__', (c) => c.json(version, 200, { 'cache-control': 'no-store' }));
  return app;
}

async function beat(
  { store }: DockerflowOptions,
  accounts: () => Promise<Check>,
  now: () => number,
): Promise<Heartbeat> {
  const [database, oldest, reached] = await Promise.all([
    check(
      'error',
      within(DATABASE_TIME, () => store.ping()),
    ),
    within(DATABASE_TIME, () => store.revocationState()).then(
      ({ oldest }) => (oldest === undefined ? 0 : (now() - oldest) / 1000),
      () => undefined,
    ),
    accounts(),
  ]);
  const revocations = oldest === undefined || oldest > OLD_REVOCATION ? 'warning' : 'ok';
  const checks = { database, revocations, accounts: reached } as const;
  const found = Object.values<Check>(checks);
  const status = found.includes('error') ? 'error' : found.includes('warning') ? 'warning' : 'ok';
  return { status, checks, details: { oldestRevocation: Math.max(0, Math.round(oldest ?? 0)) } };
}

/** Without Mozilla accounts the companion still does all that needs none of it, so another instance would help nobody. */
function accountsCheck(ask: DockerflowOptions['accounts']): Promise<Check> {
  return check('warning', within(ACCOUNTS_TIME, ask));
}

function check(otherwise: Check, asked: Promise<unknown>): Promise<Check> {
  return asked.then(
    () => 'ok',
    () => otherwise,
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
