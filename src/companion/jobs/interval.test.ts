import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startInterval } from './interval.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('does it at once and then every so often, whether or not it worked', async () => {
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

it('never does it twice at a time, and stops when the run that is under way has ended', async () => {
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
