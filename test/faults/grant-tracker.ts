// Who knows what: which grants and tokens live at the server, which of them are known here, and which ever were.
import { createHash } from 'node:crypto';
import type { CachedToken, StoredRecord } from '../../src/session/state/record.ts';
import { CLIENT, type FaultHarness } from './harness.ts';

export interface GrantTracker {
  /** Ids of what lives and was written down here once, and is not any more: never to be. */
  forgottenGrants(): string[];
  forgottenTokens(): string[];
  /** Ids of what lives and never reached storage. */
  lostGrants(): string[];
  lostTokens(): string[];
  /** Called with each record as it is written, and the one before. */
  onRecord: (before: StoredRecord | undefined, after: StoredRecord) => void;
}

export const idOf = (token: string) => createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex');

/** The ids of all grants that are named in something stored, wherever. */
function grantsIn(stored: unknown): string[] {
  return [...JSON.stringify([stored]).matchAll(/"refreshTokenId":"(\w+)"/g)].map(([, id = '']) => id);
}

/** Watches the storage of a world from now on. */
export function trackGrants({ host, standin }: Pick<FaultHarness, 'host' | 'standin'>): GrantTracker {
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
  const liveGrants = () => standin.store.liveGrants(filter).map(({ id }) => id);
  const liveTokens = () => standin.store.liveAccessTokens(filter).map(({ id }) => id);

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
