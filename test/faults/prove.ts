// The short runs of the proofs, as tests.
import { afterAll, expect, it } from 'vitest';
import { note } from './counts.ts';
import { crashEverywhere, type CrashOptions } from './crash-points.ts';
import { USE_CASES } from './use-cases.ts';

/** One test a use case. */
export function proveCrashPoints(options: Omit<CrashOptions, 'signal'>): void {
  let points = 0;
  let lost = 0;
  afterAll(() => note('crash points', points, `${lost} tokens in answers that never reached storage`));

  it.for(USE_CASES)('$name', { timeout: 600_000 }, async (useCase, { signal }) => {
    const outcome = await crashEverywhere(useCase, { ...options, signal });
    points += outcome.points;
    lost += outcome.lost;
    expect(outcome.violations).toEqual([]);
    expect(outcome.points).toBeGreaterThan(20 / (options.every ?? 1));
  });
}
