// What was heard about accounts: while a question about one was under way, and for as long as signatures could deny it.
import { LRUCache } from 'lru-cache';

/** How an eviction names an account, here and between instances: the first 16 bytes of its `accountKey`, base64url. */
export function evictionKey(accountKey: Uint8Array): string {
  return Buffer.from(accountKey.subarray(0, 16)).toString('base64url');
}

export interface EvictionLog {
  /** Where the log stands: a number that only grows. */
  mark(): number;
  record(account: string): void;
  recordAll(): void;
  /** Whether the account was heard of after a mark. True also when so much was heard that nobody can tell. */
  recordedSince(mark: number, account: string): boolean;
}

/** An empty log of the last evictions. */
export function createEvictionLog(most = 10_000): EvictionLog {
  let count = 0;
  let lost = 0;
  const lastSeen = new LRUCache<string, number>({
    max: most,
    dispose: (mark, _account, reason) => {
      if (reason === 'evict') lost = Math.max(lost, mark);
    },
  });
  return {
    mark: () => count,
    record: (account) => void lastSeen.set(account, (count += 1)),
    recordAll: () => void (lost = count += 1),
    recordedSince: (mark, account) => lost > mark || (lastSeen.peek(account) ?? 0) > mark,
  };
}

/** FxA: no access token lives longer. Milliseconds. */
export const LONGEST_LIFE = 86_400_000;

/** FxA: `iat` is in whole seconds, so a token made just after an event looks older than it. Milliseconds. */
const GRACE = 1000;

export interface RevokedBefore {
  /** Tokens of the account that were issued before an instant, in milliseconds, are over. 0 is remembered by nobody. */
  end(account: string, before: number): void;
  isRevoked(account: string, issuedAt: number): boolean;
}

/**
 * Remembers after which instant an account's tokens must have been issued, for as long as one of before could live. `now` in
 * milliseconds. When more accounts than `most` change within a day, the ones changed longest ago are forgotten.
 */
export function createRevokedBefore(now: () => number, most = 100_000): RevokedBefore {
  const revokedBefore = new LRUCache<string, { readonly before: number; readonly until: number }>({
    max: most,
  });
  return {
    end(account, before) {
      if (before === 0) return;
      const known = revokedBefore.peek(account)?.before ?? 0;
      if (before > known) revokedBefore.set(account, { before, until: now() + LONGEST_LIFE });
    },
    isRevoked(account, issuedAt) {
      const revoked = revokedBefore.peek(account);
      if (revoked === undefined) return false;
      if (now() < revoked.until) return issuedAt + GRACE < revoked.before;
      revokedBefore.delete(account);
      return false;
    },
  };
}
