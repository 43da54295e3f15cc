// Tracks which grants and tokens are alive at the server, which of them are known here, and which ever were.
import { createHash } from 'node:crypto';
import type { CachedToken, StoredRecord } from '../../src/session/state/record.ts';
import { CLIENT, type FaultHarness } from './harness.ts';

export interface GrantTracker {
  /** Ids of live grants that were stored here once and aren't any more; must stay empty. */
  forgottenGrants(): string[];
  forgottenTokens(): string[];
  /** Ids of live grants that never reached storage. */
  lostGrants(): string[];
  lostTokens(): string[];
  /** Called with each record written, and the one before. */
  onRecord: (before: StoredRecord | undefined, after: StoredRecord) => void;
}

/** FxA hashes the bytes that the digits stand for; elsewhere tokens are text. */
export const idOf = (token: string) =>
  createHash('sha256')
    .update(/^[0-9a-f]{64}$/.test(token) ? Buffer.from(token, 'hex') : token)
    .digest('hex');

/** The ids of all grants named anywhere in a stored value. */
function grantsIn(stored: unknown): string[] {
  return [...JSON.stringify([stored]).matchAll(/"refreshTokenId":"(\w+)"/g)].map(([, id = '']) => id);
}

/** Starts watching the harness's storage. */
export function trackGrants({ host, mock }: Pick<FaultHarness, 'host' | 'mock'>): GrantTracker {
  const grantsEver = new Set<string>(grantsIn(host.local.get('record')));
  const tokensEver = new Set<string>();
  const held = () => (host.memory.get('tokens') ?? []) as readonly CachedToken[];
  for (const { token } of held()) tokensEver.add(idOf(token));

  const grantTracker: GrantTracker = {
    forgottenGrants() {
      const known = new Set(grantsIn(host.local.get('record')));
      return liveGrants().filter((id) => grantsEver.has(id) && !known.has(id));
    },
    forgottenTokens() {
      const known = new Set(held().map(({ token }) => idOf(token)));
      return liveTokens().filter((id) => tokensEver.has(id) && !known.has(id));
    },
    lostGrants: () => liveGrants().filter((id) => !grantsEver.has(id)),
    lostTokens: () => liveTokens().filter((id) => !tokensEver.has(id)),
    onRecord: () => undefined,
  };

  const filter = { clientId: CLIENT };
  const liveGrants = () => mock.store.liveGrants(filter).map(({ id }) => id);
  const liveTokens = () => mock.store.liveAccessTokens(filter).map(({ id }) => id);

  const setLocal = host.local.set.bind(host.local);
  host.local.set = (key, value) => {
    const before = host.local.get('record') as StoredRecord | undefined;
    const result = setLocal(key, value);
    if (key === 'record') {
      for (const id of grantsIn(value)) grantsEver.add(id);
      grantTracker.onRecord(before, value as StoredRecord);
    }
    return result;
  };
  const setMemory = host.memory.set.bind(host.memory);
  host.memory.set = (key, value) => {
    const result = setMemory(key, value);
    if (key === 'tokens') for (const { token } of held()) tokensEver.add(idOf(token));
    return result;
  };
  return grantTracker;
}
