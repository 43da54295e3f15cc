// How long a revocation that did not succeed waits for its next try.
import { nextTry } from '../../fxa/back-off.ts';

const WAITS = { first: 5_000, longest: 6 * 3_600_000 };

/** Milliseconds, from 5 seconds to 6 hours; the rest as in `nextTry`. Pure. */
export function delay(attempts: number, random: number, retryAfter?: number): number {
  return nextTry(WAITS, attempts, random, retryAfter);
}
