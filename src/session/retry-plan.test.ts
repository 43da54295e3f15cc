import { describe, expect, it } from 'vitest';
import { FxaError } from '../fxa/errors.ts';
import { afterFailure, isDue, NEVER_TRIED, readPlan, savePlan, type RetryPlan } from './retry-plan.ts';

const NOW = 1_000_000_000;
const HOUR = 3_600_000;
const WAITS = { rest: 15_000, first: 60_000, longest: HOUR };
const reports: unknown[] = [];
const ports = (random = 0) => ({
  now: () => NOW,
  random: () => random,
  report: (error: unknown) => void reports.push(error),
});
const offline = new FxaError('offline', 'No connection');

describe('afterFailure', () => {
  it('doubles the wait up to the longest', () => {
    let plan: RetryPlan = NEVER_TRIED;
    const minutes = Array.from({ length: 8 }, () => {
      plan = afterFailure(ports(), plan, WAITS, offline);
      return (plan.notBefore - NOW) / 60_000;
    });
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect([plan.failures, reports]).toEqual([8, []]);
  });

  it('waits as long as the server asks, and up to a quarter longer, in whole milliseconds', () => {
    const busy = new FxaError('rate_limited', 'Later', { retryAfter: 601 });
    const { notBefore } = afterFailure(ports(0.999), NEVER_TRIED, WAITS, busy);
    expect(notBefore - NOW).toBe(Math.floor(601_000 * (1 + 0.999 / 4)));
  });

  it('reports an error that is not expected', () => {
    const error = new Error('unexpected');
    expect(afterFailure(ports(), NEVER_TRIED, WAITS, error).failures).toBe(1);
    expect(reports.splice(0)).toEqual([error]);
  });
});

it.each([
  ['was never tried', true, NEVER_TRIED],
  ['rests', false, { notBefore: NOW + 15_000, failures: 0 }],
  ['has rested', true, { notBefore: NOW, failures: 0 }],
  ['rests by a clock that has been set back since', true, { notBefore: NOW + 15_001, failures: 0 }],
  ['failed', false, { notBefore: NOW + 1.25 * HOUR, failures: 1 }],
  ['failed by a clock that was far ahead', true, { notBefore: NOW + 1.25 * HOUR + 1, failures: 9 }],
  ['has a plan of another form', true, { at: NOW, wait: HOUR, failures: 2 } as unknown as RetryPlan],
])('says of what %s that it is due: %s', (_what, due, plan) => {
  expect(isDue(plan, WAITS, NOW)).toBe(due);
});

it('keeps a plan for its session only', async () => {
  const stored = new Map<string, unknown>();
  const memory = {
    get: (key: string) => Promise.resolve(stored.get(key)),
    set: (items: object) => {
      for (const [key, value] of Object.entries(items)) stored.set(key, value);
      return Promise.resolve();
    },
  };
  await savePlan({ memory }, 'plan', 's1', { notBefore: NOW, failures: 2 });
  expect(await readPlan({ memory }, 'plan', 's1')).toMatchObject({ notBefore: NOW, failures: 2 });
  expect(await readPlan({ memory }, 'plan', 's2')).toBeUndefined();
});
