// How much of something one network may do in a while, kept in a memory that cannot grow.
import { hash, randomBytes } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { networkOf } from './address.ts';
import { Problem } from './problem.ts';

export interface Quota {
  readonly points: number;
  readonly seconds: number;
}

export interface Limiter {
  /** @throws Problem 429 `rate_limited` when nothing is left. */
  spend(address: string): Promise<void>;
  /** Notes something without refusing it. */
  note(address: string): Promise<void>;
  /** Seconds until there is something left again; undefined when there is. */
  wait(address: string): Promise<number | undefined>;
  /** Whether nobody at all is counted. */
  idle: () => boolean;
}

// Networks share 16 384 counters, so that a flood from everywhere fills those and no more. Which ones share is this
// process's secret; no address is kept.
export const COUNTERS = 0x4000;
const SECRET = randomBytes(16).toString('hex');

/** One caller is a network (an IPv4 address, an IPv6 /64). With `shared`, all callers are one. */
export function limiter({ points, seconds }: Quota, shared = false): Limiter {
  const memory = new RateLimiterMemory({ points, duration: seconds });
  const counter = (address: string) => (shared ? 'all' : counterOf(address));
  // While nobody is counted nobody waits, and on good days nothing is looked up for anybody.
  let countedAt = -Infinity;
  const idle = () => Date.now() - countedAt > seconds * 1000;
  return {
    idle,
    spend: async (address) => {
      countedAt = Date.now();
      try {
        await memory.consume(counter(address));
      } catch (refused) {
        throw refused instanceof RateLimiterRes ? tooMany(refused.msBeforeNext / 1000) : refused;
      }
    },
    note: async (address) => {
      countedAt = Date.now();
      await memory.penalty(counter(address));
    },
    wait: async (address) => {
      if (idle()) return undefined;
      const now = await memory.get(counter(address));
      return now !== null && now.consumedPoints >= points ? Math.max(1, now.msBeforeNext / 1000) : undefined;
    },
  };
}

/** `wait` in seconds. */
export function tooMany(wait: number): Problem {
  return new Problem(429, 'rate_limited', 'Too many requests from this network; come back later', {
    retryAfter: Math.max(1, wait),
  });
}

/** The counter of an address' network. */
export function counterOf(address: string): string {
  return String(hash('sha256', SECRET + networkOf(address), 'buffer').readUInt16BE(0) % COUNTERS);
}
