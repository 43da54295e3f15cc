// Checks access tokens, caches the verdicts, and drops them at once when an account changes.
import { grantedCovers } from '../../fxa/scopes.ts';
import { isFxaError } from '../../fxa/errors.ts';
import { accountKeys, accountName, everyKey, type Client, type Secrets } from '../clients.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';
import { cacheKeys, createTokenCache, type Verdict } from './cache.ts';
import { createRevokedBefore, createEvictionLog } from './evictions.ts';
import { createIntrospector, type IntrospectorOptions } from './introspector.ts';
import { accountsUnavailable, insufficientScope, invalidToken } from './refusals.ts';
import type { TokenCheck } from './types.ts';

export interface TokenCheckOptions extends IntrospectorOptions, Secrets {
  /** See `CacheOptions`. */
  readonly acceptedFor?: number | undefined;
  /** While true no verdict comes from memory or from a signature, as what ends a token isn't heard. Default: never. */
  readonly isDeaf?: (() => boolean) | undefined;
  /** Called for each cache lookup and eviction. */
  readonly count?: (outcome: 'hit' | 'miss' | 'eviction') => void;
}

/** Maximum checks of one token when evictions keep racing with them. */
const MOST_ATTEMPTS = 3;

/** Creates the check, with an empty cache. */
export function createTokenCheck(options: TokenCheckOptions) {
  const { clients, secret, now, count, acceptedFor, isDeaf = () => false } = options;
  const introspectToken = createIntrospector(options);
  const cache = createTokenCache({ now, acceptedFor });
  const cacheKey = cacheKeys(secret);
  const evictions = createEvictionLog();
  const revokedBefore = clients.some(({ jwt }) => jwt) ? createRevokedBefore(now) : undefined;
  const inFlight = new Map<string, Promise<Verdict>>();
  let asking = 0;

  async function evaluate(token: string, fresh: boolean): Promise<Verdict> {
    const found = await introspectToken(token, fresh).catch((error: unknown) => {
      throw isFxaError(error) || error instanceof KeysUnavailable ? accountsUnavailable(error) : error;
    });
    if (found === undefined || (found.expiresAt !== undefined && found.expiresAt <= now()))
      return { refused: invalidToken('The access token is not active') };
    const { isJwt, clientId, uid, scope, issuedAt, expiresAt, acr, amr, authenticatedAt } = found;
    const named = clients.filter((client) => client.clientId === clientId);
    const matching = named.filter((client) => grantedCovers(scope, client.scope));
    const [client] = matching;
    if (client === undefined) return { refused: rejectUnmatched(named) };
    // As in kinto-fxa: it must not be ambiguous which client's user a request is served as.
    if (matching.length > 1)
      return { refused: invalidToken('The access token matches more than one client') };
    const accounts = everyKey(accountKeys(options, client, uid)).map(accountName);
    if (isJwt && accounts.some((account) => revokedBefore?.isRevoked(account, issuedAt ?? 0)))
      return { refused: invalidToken('The access token was revoked') };
    const facts = { issuedAt, expiresAt, acr, amr, authenticatedAt };
    const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
    return { accounts, token: { client, uid, scope, ...known } };
  }

  /**
   * A verdict that raced with an eviction may be stale, so the check is repeated; the last one is used but not cached.
   */
  async function resolveToken(key: string, token: string, fresh: boolean): Promise<Verdict> {
    asking += 1;
    try {
      for (let attempts = 1; ; attempts += 1) {
        const position = evictions.position();
        const verdict = await evaluate(token, fresh);
        const raced =
          'accounts' in verdict &&
          verdict.accounts.some((account) => evictions.recordedSince(position, account));
        if (raced && attempts < MOST_ATTEMPTS) continue;
        if (!fresh && !raced) cache.keep(key, verdict);
        if (fresh && 'refused' in verdict) cache.drop(key);
        return verdict;
      }
    } finally {
      asking -= 1;
    }
  }

  /** From the cache, or by one request for all concurrent callers. */
  function lookUp(key: string, token: string): Verdict | Promise<Verdict> {
    const verdict = cache.get(key);
    count?.(verdict === undefined ? 'miss' : 'hit');
    if (verdict !== undefined) return verdict;
    const pending = inFlight.get(key) ?? resolveToken(key, token, false).finally(() => inFlight.delete(key));
    inFlight.set(key, pending);
    return pending;
  }

  const check: TokenCheck = async (token, options = {}) => {
    const fresh = options.fresh === true || isDeaf();
    const key = cacheKey(token);
    const verdict = await (fresh ? resolveToken(key, token, true) : lookUp(key, token));
    if ('refused' in verdict) throw verdict.refused;
    return verdict.token;
  };

  return {
    check,
    /**
     * Drops cached verdicts of an account (by its `accountName`); a check in progress is repeated.
     *
     * `endedBefore`, in milliseconds on the clock of Mozilla accounts: JWTs issued earlier are refused from now on,
     * since their signatures stay valid. 0 for events that end no tokens.
     */
    evict: (account: string, endedBefore: number) => {
      // Only checks in progress can race.
      if (asking > 0) evictions.record(account);
      cache.evict(account).forEach(() => count?.('eviction'));
      revokedBefore?.end(account, endedBefore);
    },
    /** Drops everything, after notifications may have been missed. */
    evictAll: () => {
      evictions.recordAll();
      cache.clear();
    },
    /** Number of checks in progress. */
    asking: () => asking,
  };
}

function rejectUnmatched(named: readonly Client[]) {
  const [client] = named;
  return client === undefined
    ? invalidToken('The access token is of no client of this service')
    : insufficientScope(client.scope);
}
