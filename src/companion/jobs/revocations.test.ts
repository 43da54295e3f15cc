import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextTry } from '../../fxa/back-off.ts';
import { WAITS } from './revocations.ts';

const delay = nextTry.bind(undefined, WAITS);

it('doubles from 5 seconds to 6 hours', () => {
  expect([0, 1, 2, 12, 13, 1000].map((attempts) => delay(attempts, 0))).toEqual([
    5000, 10_000, 20_000, 20_480_000, 21_600_000, 21_600_000,
  ]);
});

it('is at least Retry-After, and at most a quarter longer', () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(500), random, fc.nat(3600), (attempts, jitter, retryAfter) => {
      const least = Math.max(delay(attempts, 0), retryAfter * 1000);
      const waited = delay(attempts, jitter, retryAfter);
      return waited >= least && waited <= least * 1.25;
    }),
  );
});
