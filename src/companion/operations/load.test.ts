import { expect, it } from 'vitest';
import { pollAfterFor, startLoadMeter } from './load.ts';

it.each([
  [NaN, 0],
  [-1, 0],
  [49.9, 0],
  [50, 600],
  [99, 600],
  [100, 1200],
  [399, 2400],
  [400, 4800],
  [1600, 19_200],
  [3200, 21_600],
  [1e9, 21_600],
])('for an event loop that is %d ms late asks for a pause of %d seconds', (delay, seconds) => {
  expect(pollAfterFor(delay)).toBe(seconds);
});

it('asks for no pause before anything was measured', () => {
  const load = startLoadMeter();
  expect(load.pollAfter()).toBe(0);
  load.stop();
});
