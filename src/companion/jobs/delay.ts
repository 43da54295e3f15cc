// The delay before a failed revocation is retried.
import { nextTry } from '../../fxa/back-off.ts';

const WAITS = { first: 5_000, longest: 6 * 3_600_000 };

/** Milliseconds, between 5 seconds and 6 hours; otherwise as `nextTry`. Pure. */
export function delay(attempts: number, random: number, retryAfter?: number): number {
  return nextTry(WAITS, attempts, random, retryAfter);
}
