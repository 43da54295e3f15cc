// Rate limits per network. Mostly failed requests count, so legitimate callers are rarely affected.
import type { MiddlewareHandler } from 'hono';
import { callerAddress, limitPerNetwork } from './address.ts';
import { limiter, tooMany } from './limiter.ts';
import { concurrencyLimit } from './concurrency-limit.ts';
import { Problem } from './problem.ts';

/** Per minute and network, except those in all: enough for an office behind one address. */
const QUOTAS = {
  /** Requests that failed with a client error. */
  failures: 120,
  /** `POST /v1/sessions` and `POST /fxa-oauth/token`; each makes three requests to Mozilla accounts. */
  sessionCreation: 60,
  /** Refused security event tokens. */
  refusedSets: 60,
  /** `GET /v1/metrics-flow`; each makes a request to Mozilla accounts, for an unauthenticated caller. */
  flows: 60,
  flowsInAll: 600,
  /** `GET /fxa-oauth/login`; each writes a row, for an unauthenticated caller. */
  webLogins: 60,
  webLoginsInAll: 600,
};

export type Quotas = Readonly<typeof QUOTAS>;

// Failures only count once requests have finished, and one connection can pipeline thousands before that.
const MOST_IN_FLIGHT = 256;

// Enough for a sender that shares an address with a flood (all do behind an unconfigured proxy) to get some thousand
// tokens per second through, with a queue short enough to keep waits brief.
const SLOW_CONCURRENCY = 8;
const SLOW_QUEUE = 256;

export type RateLimits = ReturnType<typeof rateLimits>;

/**
 * Creates the limits, with other quotas for tests; each answers 429 `rate_limited` with `Retry-After`.
 *
 * Events of Mozilla accounts must get through even when its own address floods us: a token refused unread may be the
 * one that reports a deleted account, and verifying one costs little more than receiving it. So `webhooks` refuses no
 * address. Tokens from a network with too many refusals are verified a few at a time, and only what that queue can't
 * hold is rejected, for the broker to redeliver. Other networks are unaffected.
 */
export function rateLimits(trustedProxies: number, others: Partial<Quotas> = {}) {
  const quotas = { ...QUOTAS, ...others };
  const failed = limiter(quotas.failures);
  const created = limiter(quotas.sessionCreation);
  const refusedSets = limiter(quotas.refusedSets);
  const slowly = concurrencyLimit(SLOW_CONCURRENCY, SLOW_QUEUE, () => tooMany(1));
  const inFlight = limitPerNetwork(MOST_IN_FLIGHT);
  /** Limits GET and HEAD by network and in all. */
  const anonymous = (perNetwork: number, inAll: number): MiddlewareHandler => {
    const [each, all] = [limiter(perNetwork), limiter(inAll, true)];
    return async (c, next) => {
      // HEAD runs the same handler.
      if (c.req.method === 'GET' || c.req.method === 'HEAD') {
        const address = callerAddress(c, trustedProxies);
        // The network's own limit first, so that its refused requests don't use up the shared one.
        await each.spend(address);
        await all.spend(address);
      }
      await next();
    };
  };

  const failures: MiddlewareHandler = async (c, next) => {
    const address = callerAddress(c, trustedProxies);
    const wait = await failed.wait(address);
    if (wait !== undefined) throw tooMany(wait);
    const release = inFlight(address);
    if (release === undefined) throw tooMany(1);
    await next().finally(release);
    if (isFailure(c.res.status)) await failed.note(address);
  };
  const sessionCreation: MiddlewareHandler = async (c, next) => {
    if (c.req.method === 'POST') await created.spend(callerAddress(c, trustedProxies));
    await next();
  };
  return {
    failures,
    sessionCreation,
    flows: anonymous(quotas.flows, quotas.flowsInAll),
    webLogins: anonymous(quotas.webLogins, quotas.webLoginsInAll),
    /** Runs the verification of a SET, which rejects with a Problem 401 when it refuses it. */
    webhooks: async (address: string, verify: () => Promise<void>): Promise<void> => {
      try {
        if ((await refusedSets.wait(address)) === undefined) await verify();
        else await slowly(verify);
      } catch (error) {
        if (error instanceof Problem && error.status === 401) await refusedSets.note(address);
        throw error;
      }
    },
  };
}

/** Excludes 404, which guesses nothing, and 429, which would feed itself. */
function isFailure(status: number): boolean {
  return status >= 400 && status < 500 && status !== 404 && status !== 429;
}
