// Caches verdicts about access tokens under keyed hashes, indexed by account for eviction.
import { createHmac, hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Problem } from '../http/problem.ts';
import type { CheckedToken } from './types.ts';

export interface Accepted {
  readonly token: CheckedToken;
  /** The account's `accountName`, and during a rotation that of its former key. */
  readonly accounts: readonly string[];
}
export type Verdict = Accepted | { readonly refused: Problem };

/** Milliseconds. */
const ACCEPTED_FOR = 300_000;
/** When the expiry is unknown: the token may be accepted this long after it ended. */
const ACCEPTED_WITHOUT_END_FOR = 60_000;
/** Short, because a new token may not yet be known at every server. */
const REFUSED_FOR = 10_000;

export interface CacheOptions {
  /** Milliseconds. */
  readonly now: () => number;
  /** How long a valid token is accepted unasked, in milliseconds. Default: five minutes, which is also the most. */
  readonly acceptedFor?: number | undefined;
  readonly mostAccepted?: number;
  /** Counted separately, so that invalid tokens can't evict valid ones. */
  readonly mostRefused?: number;
}

interface Entry<T = Verdict> {
  readonly verdict: T;
  /** Milliseconds. An entry from the future is ignored: the clock was set back, so its age is unknown. */
  readonly from: number;
  readonly until: number;
}

/**
 * Returns what makes the key of a token. A memory dump of the cache reveals no token, nor, without the secret, a hash to
 * test guesses against.
 */
export function cacheKeys(secret: Uint8Array): (token: string) => string {
  // The secret is used in this way nowhere else.
  const prefix = createHmac('sha256', secret).update('token cache').digest('base64url');
  // One call per token, since hashing dominates the cost of a cached one.
  return (token) => hash('sha256', prefix + token, 'base64url');
}

/** Creates an empty cache. */
export function createTokenCache({
  now,
  acceptedFor = ACCEPTED_FOR,
  mostAccepted = 10_000,
  mostRefused = 1_000,
}: CacheOptions) {
  const keysOf = new Map<string, Set<string>>();
  const accepted = new LRUCache<string, Entry<Accepted>>({
    max: mostAccepted,
    dispose: ({ verdict: { accounts } }, key) => {
      for (const account of accounts) {
        const keys = keysOf.get(account);
        keys?.delete(key);
        if (keys?.size === 0) keysOf.delete(account);
      }
    },
  });
  const refused = new LRUCache<string, Entry>({ max: mostRefused });
  const drop = (key: string) => {
    accepted.delete(key);
    refused.delete(key);
  };
  return {
    get(key: string): Verdict | undefined {
      const entry = accepted.get(key) ?? refused.get(key);
      if (entry === undefined) return undefined;
      const at = now();
      if (at >= entry.from && at < entry.until) return entry.verdict;
      drop(key);
      return undefined;
    },
    keep(key: string, verdict: Verdict) {
      const from = now();
      drop(key);
      if ('refused' in verdict) {
        refused.set(key, { verdict, from, until: from + REFUSED_FOR });
        return;
      }
      const { expiresAt } = verdict.token;
      const end = expiresAt ?? from + ACCEPTED_WITHOUT_END_FOR;
      const until = Math.min(from + Math.min(acceptedFor, ACCEPTED_FOR), end);
      accepted.set(key, { verdict, from, until });
      for (const account of verdict.accounts)
        keysOf.set(account, (keysOf.get(account) ?? new Set()).add(key));
    },
    drop,
    /** Removes all tokens of an account; returns their keys. */
    evict(account: string): readonly string[] {
      const keys = [...(keysOf.get(account) ?? [])];
      for (const key of keys) accepted.delete(key);
      return keys;
    },
    clear() {
      accepted.clear();
      refused.clear();
    },
    get size() {
      return { accepted: accepted.size, refused: refused.size, accounts: keysOf.size };
    },
  };
}
