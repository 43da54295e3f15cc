// How long a revocation that did not succeed waits for its next try.

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 6 * 3_600_000;
/** Up to this part is added, so that what was stopped together does not come back together. */
const JITTER = 0.25;

/**
 * Milliseconds until the next try: doubling with each from 5 seconds to 6 hours, never less than `retryAfter` (seconds), with
 * jitter by `random` (0 to 1). Pure.
 */
export function delay(attempts: number, random: number, retryAfter = 0): number {
  const backOff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempts);
  return Math.max(retryAfter * 1000, backOff) * (1 + random * JITTER);
}
