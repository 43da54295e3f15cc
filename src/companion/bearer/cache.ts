// What was found out about tokens of late, under keys that give no token away; and where the answers about one account are.
import { createHmac, hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Problem } from '../http/problem.ts';
import type { CheckedToken } from './types.ts';

export interface Accepted {
  readonly token: CheckedToken;
  /** `evictionKey` of its account. */
  readonly account: string;
}
export interface Refused {
  readonly refused: Problem;
}
export type Verdict = Accepted | Refused;

/** Milliseconds. */
const ACCEPTED_FOR = 300_000;
/** Where nobody said when the token ends: it may be used for so long after its end. */
const ACCEPTED_WITHOUT_END_FOR = 60_000;
/** A token that is refused now may have been made a moment ago, and not be known everywhere yet. */
const REFUSED_FOR = 10_000;

export interface CacheOptions {
  /** Milliseconds. */
  readonly now: () => number;
  readonly mostAccepted?: number;
  /** Apart, so that garbage pushes out no good token. */
  readonly mostRefused?: number;
}

export interface TokenCache {
  get(key: string): Verdict | undefined;
  keep(key: string, verdict: Verdict): void;
  drop(key: string): void;
  /** Forgets every token of an account, and tells how many there were. */
  evict(account: string): number;
  clear(): void;
  readonly size: { readonly accepted: number; readonly refused: number; readonly accounts: number };
}

interface Entry<T extends Verdict> {
  readonly verdict: T;
  /** Milliseconds. An entry from the future is none: the clock was set back, and nobody knows how old it is. */
  readonly from: number;
  readonly until: number;
}

/** The key of a token. A memory dump of the cache holds no token, and without the secret nothing to try tokens on. */
export function cacheKey(secret: Uint8Array, token: string): string {
  // In one call: this is the larger part of what a remembered token costs. Nothing else is hashed with this secret in front.
  return hash('sha256', `${prefixOf(secret)}${token}`, 'base64url');
}

const prefixes = new WeakMap<Uint8Array, string>();

function prefixOf(secret: Uint8Array): string {
  const known = prefixes.get(secret);
  if (known !== undefined) return known;
  const made = createHmac('sha256', secret).update('token cache').digest('base64url');
  prefixes.set(secret, made);
  return made;
}

/** An empty cache. */
export function createTokenCache({
  now,
  mostAccepted = 10_000,
  mostRefused = 1_000,
}: CacheOptions): TokenCache {
  const keysOf = new Map<string, Set<string>>();
  const accepted = new LRUCache<string, Entry<Accepted>>({
    max: mostAccepted,
    dispose: ({ verdict: { account } }, key) => {
      const keys = keysOf.get(account);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(account);
    },
  });
  const refused = new LRUCache<string, Entry<Refused>>({ max: mostRefused });
  const drop = (key: string) => {
    accepted.delete(key);
    refused.delete(key);
  };
  return {
    get(key) {
      const entry = accepted.get(key) ?? refused.get(key);
      if (entry === undefined) return undefined;
      const at = now();
      if (at >= entry.from && at < entry.until) return entry.verdict;
      drop(key);
      return undefined;
    },
    keep(key, verdict) {
      const from = now();
      drop(key);
      if ('refused' in verdict) {
        refused.set(key, { verdict, from, until: from + REFUSED_FOR });
        return;
      }
      const { expiresAt } = verdict.token;
      const until =
        expiresAt === undefined ? from + ACCEPTED_WITHOUT_END_FOR : Math.min(from + ACCEPTED_FOR, expiresAt);
      accepted.set(key, { verdict, from, until });
      keysOf.set(verdict.account, (keysOf.get(verdict.account) ?? new Set()).add(key));
    },
    drop,
    evict(account) {
      const held = keysOf.get(account);
      if (held === undefined) return 0;
      const keys = [...held];
      for (const key of keys) accepted.delete(key);
      return keys.length;
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
