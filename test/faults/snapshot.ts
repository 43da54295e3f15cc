// Saves and restores a harness, so that a start common to thousands of them is run only once.
import type { AccessToken, Account, RefreshToken } from '../../src/mock-accounts/store/types.ts';
import type { FaultHarness } from './harness.ts';

export interface Snapshot {
  readonly local: readonly (readonly [string, unknown])[];
  readonly memory: readonly (readonly [string, unknown])[];
  readonly alarms: readonly (readonly [string, number])[];
  readonly ids: number;
  readonly skew: number;
  readonly accounts: readonly Account[];
  readonly refreshTokens: readonly RefreshToken[];
  readonly accessTokens: readonly AccessToken[];
}

/** What is in storage and at the server; without faults, the user and the browser's settings. */
export function snapshot({ host, mock: { store } }: FaultHarness): Snapshot {
  const { local, memory, alarms, ids, skew } = host;
  return structuredClone({
    ...{ local: [...local], memory: [...memory], alarms: [...alarms], ids, skew },
    accounts: store.accounts.list(),
    refreshTokens: store.tokens.refreshTokens(),
    accessTokens: store.tokens.accessTokens(),
  });
}

/** Restores into a harness in which nothing has happened yet. */
export function restore({ host, mock: { store } }: FaultHarness, saved: Snapshot): void {
  const { local, memory, alarms, ids, skew, accounts, refreshTokens, accessTokens } = structuredClone(saved);
  for (const [key, value] of local) host.local.set(key, value);
  for (const [key, value] of memory) host.memory.set(key, value);
  for (const [key, at] of alarms) host.alarms.set(key, at);
  Object.assign(host, { ids, skew });
  for (const { uid } of store.accounts.list()) store.accounts.remove(uid);
  for (const account of accounts) store.accounts.add(account);
  for (const token of refreshTokens) store.tokens.addRefreshToken(token);
  for (const { expiresAt, createdAt, ...token } of accessTokens)
    store.tokens.addAccessToken({ ...token, expiresAt, createdAt, life: (expiresAt - createdAt) / 1000 });
}

const cache = new Map<string, Snapshot>();

/** Runs the steps the first time, and restores their result from then on. Only for a new harness. */
export async function once(
  harness: FaultHarness,
  name: string,
  steps: () => Promise<unknown>,
): Promise<void> {
  const { environment, scope, endpoints } = harness.config;
  // The next server's storage is its own.
  if (harness.era === 'next') {
    await steps();
    return;
  }
  const key = [name, harness.era, environment, scope, endpoints?.token].join(' ');
  const saved = cache.get(key);
  if (saved) {
    restore(harness, saved);
    return;
  }
  await steps();
  await harness.time.quiet();
  cache.set(key, snapshot(harness));
}
