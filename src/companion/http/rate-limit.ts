// Who calls too often waits. What counts is mostly what failed: a caller who is in the right is not counted.
import type { MiddlewareHandler } from 'hono';
import { callerAddress } from './address.ts';
import { type Quota, limiter, tooMany } from './limiter.ts';
import { inFlightLimit } from './in-flight-limit.ts';
import { concurrencyLimit, QueueFull } from './concurrency-limit.ts';

/** Each for one network, but for the last. */
export interface Quotas {
  /** Requests that failed by their sender's fault. */
  readonly failures: Quota;
  /** `POST /v1/sessions`: each asks Mozilla accounts three times. */
  readonly sessionCreation: Quota;
  /** Security event tokens that were refused. */
  readonly refusedSets: Quota;
  /** `GET /v1/metrics-flow`: each asks Mozilla accounts once, for somebody who need not prove anything. */
  readonly flows: Quota;
  readonly flowsInAll: Quota;
}

/** Enough for an office behind one address. */
export const QUOTAS: Quotas = {
  failures: { points: 120, seconds: 60 },
  sessionCreation: { points: 60, seconds: 60 },
  refusedSets: { points: 60, seconds: 60 },
  flows: { points: 60, seconds: 60 },
  flowsInAll: { points: 600, seconds: 60 },
};

// One connection can bring thousands of requests before the first of them is answered.
const MOST_IN_FLIGHT = 256;

// Wide enough for a sender who shares an address with a flood (behind a proxy that nobody told us of, all share one) to get
// some thousand tokens a second through; short enough that nobody in it waits for long.
const SLOW_CONCURRENCY = 8;
const SLOW_QUEUE = 256;

export interface RateLimits {
  readonly failures: MiddlewareHandler;
  readonly sessionCreation: MiddlewareHandler;
  readonly flows: MiddlewareHandler;
  readonly webhooks: MiddlewareHandler;
  /** Nobody has sent a token lately that was refused: the shortcut past the lanes is free. */
  readonly idle: () => boolean;
  /** For who answers beside the middlewares. */
  readonly noteRefusedSet: (address: string) => void;
}

/**
 * The middlewares; each answers with the Problem 429 `rate_limited` and `Retry-After`.
 *
 * Mozilla accounts must get through with each event, whoever else floods us, even from its own address: a token that is
 * refused unread may be the one that says that an account is gone. And reading one costs little more than taking its
 * request in. So `webhooks` refuses nobody for an address. A network with too many refused tokens is put into a lane of its
 * own: its tokens are verified a few at a time, and only what that lane cannot hold is turned away, for the broker to bring
 * it again. All others pass beside it.
 */
export function rateLimits(quotas: Quotas, trustedProxies: number): RateLimits {
  const failed = limiter(quotas.failures);
  const created = limiter(quotas.sessionCreation);
  const refusedSets = limiter(quotas.refusedSets);
  const flows = limiter(quotas.flows);
  const flowsInAll = limiter(quotas.flowsInAll, true);
  const slowly = concurrencyLimit(SLOW_CONCURRENCY, SLOW_QUEUE);
  const fewOf = inFlightLimit(MOST_IN_FLIGHT);

  return {
    idle: refusedSets.idle,
    noteRefusedSet: (address) => void refusedSets.note(address),
    failures: async (c, next) => {
      const address = callerAddress(c, trustedProxies);
      const wait = await failed.wait(address);
      if (wait !== undefined) throw tooMany(wait);
      await fewOf(address, next);
      if (isFailure(c.res.status)) await failed.note(address);
    },

    sessionCreation: async (c, next) => {
      if (c.req.method === 'POST') await created.spend(callerAddress(c, trustedProxies));
      await next();
    },

    flows: async (c, next) => {
      if (c.req.method === 'GET') {
        const address = callerAddress(c, trustedProxies);
        // First the network's own: what it is refused is not taken from all the others.
        await flows.spend(address);
        await flowsInAll.spend(address);
      }
      await next();
    },

    webhooks: async (c, next) => {
      const address = callerAddress(c, trustedProxies);
      if ((await refusedSets.wait(address)) === undefined) await next();
      else await slowly(next).catch(reject);
      if (c.res.status === 401) await refusedSets.note(address);
    },
  };
}

/** Not what is nowhere, which is no guess at anything, and not a refusal for having come too often, which would feed itself. */
function isFailure(status: number): boolean {
  return status >= 400 && status < 500 && status !== 404 && status !== 429;
}

function reject(reason: unknown): never {
  throw reason instanceof QueueFull ? tooMany(1) : reason;
}
