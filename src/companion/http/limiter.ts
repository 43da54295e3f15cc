// A rate limiter per network with bounded memory.
import { hash, randomBytes } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from './address.ts';
import { Problem } from './problem.ts';

// Networks share 16 384 counters, which bounds memory under a flood from everywhere. The assignment is keyed with a
// process secret, and no address is stored.
export const COUNTERS = 0x4000;
const SECRET = randomBytes(16).toString('hex');
/** Seconds. */
const MINUTE = 60;

/** Creates a limiter per minute and network (an IPv4 address or an IPv6 /64). With `shared`, one for all callers. */
export function limiter(points: number, shared = false) {
  const memory = new RateLimiterMemory({ points, duration: MINUTE });
  const counter = (address: string) => (shared ? 'all' : counterOf(address));
  // While idle no one has to wait, so the counters aren't looked up.
  let countedAt = -Infinity;
  const idle = () => Date.now() - countedAt > MINUTE * 1000;
  return {
    /** Consumes a point; rejects with Problem 429 `rate_limited` when none is left. */
    spend: async (address: string): Promise<void> => {
      countedAt = Date.now();
      try {
        await memory.consume(counter(address));
      } catch (refused) {
        throw refused instanceof RateLimiterRes ? tooMany(refused.msBeforeNext / 1000) : refused;
      }
    },
    /** Consumes a point without refusing. */
    note: async (address: string): Promise<void> => {
      countedAt = Date.now();
      await memory.penalty(counter(address));
    },
    /** Seconds until a point is available; undefined when one is. */
    wait: async (address: string): Promise<number | undefined> => {
      if (idle()) return undefined;
      const now = await memory.get(counter(address));
      return now !== null && now.consumedPoints >= points ? Math.max(1, now.msBeforeNext / 1000) : undefined;
    },
  };
}

/** The 429 problem; `wait` in seconds. */
export function tooMany(wait: number): Problem {
  return new Problem(429, 'rate_limited', 'Too many requests from this network; try again later', {
    retryAfter: Math.max(1, wait),
  });
}

/** The counter of an address's network. */
export function counterOf(address: string): string {
  return String(hash('sha256', SECRET + networkOf(address), 'buffer').readUInt16BE(0) % COUNTERS);
}
