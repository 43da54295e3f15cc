// Records account evictions: to detect races with checks in progress, and to refuse JWTs issued before an account's
// tokens ended.
import { LRUCache } from 'lru-cache';

/** Creates an empty log of the last `most` evictions. */
export function createEvictionLog(most = 10_000) {
  let count = 0;
  let lost = 0;
  const lastSeen = new LRUCache<string, number>({
    max: most,
    dispose: (position, _account, reason) => {
      if (reason === 'evict') lost = Math.max(lost, position);
    },
  });
  return {
    /** A number that only grows. */
    position: () => count,
    record: (account: string) => void lastSeen.set(account, (count += 1)),
    recordAll: () => void (lost = count += 1),
    /** Whether the account was recorded after a position. Also true when so much was recorded that this is unknown. */
    recordedSince: (position: number, account: string) =>
      lost > position || (lastSeen.peek(account) ?? 0) > position,
  };
}

/** FxA: the maximum lifetime of an access token, in milliseconds. */
export const LONGEST_LIFE = 86_400_000;

/** FxA: `iat` is in whole seconds, so a token issued just after an event looks older than it. Milliseconds. */
const GRACE = 1000;

/**
 * Remembers per account the instant before which tokens have ended, for as long as such a token could live. `now` in
 * milliseconds. When more than `most` accounts change within a day, the oldest entries are dropped.
 */
export function createRevokedBefore(now: () => number, most = 100_000) {
  const instants = new LRUCache<string, number>({
    max: most,
    ttl: LONGEST_LIFE,
    ttlResolution: 0,
    perf: { now },
  });
  return {
    /** Ends the account's tokens issued before an instant (milliseconds); 0 is ignored. */
    end(account: string, before: number) {
      // Also than an expired one: the clock may have been ahead for a while.
      if (before > (instants.peek(account, { allowStale: true }) ?? 0)) instants.set(account, before);
    },
    isRevoked: (account: string, issuedAt: number) => issuedAt + GRACE < (instants.peek(account) ?? 0),
  };
}
