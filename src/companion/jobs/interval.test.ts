import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startInterval } from './interval.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('runs the task at once and then at the interval, even after failures', async () => {
  let runs = 0;
  const failures: unknown[] = [];
  const work = () => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error('No')) : Promise.resolve();
  };
  const chore = startInterval(1000, work, (error) => failures.push(error));
  await vi.advanceTimersByTimeAsync(2500);
  expect([runs, failures.length]).toEqual([3, 1]);
  await chore.stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs).toBe(3);
});

it('never overlaps runs, and stops when the current run has ended', async () => {
  let end: () => void = () => undefined;
  let runs = 0;
  const work = () => {
    runs += 1;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  };
  const chore = startInterval(1000, work, () => undefined);
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs).toBe(1);
  let stopped = false;
  const stopping = chore.stop().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(1000);
  expect(stopped).toBe(false);
  end();
  await stopping;
});
