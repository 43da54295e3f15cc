import { expect, it } from 'vitest';
import { cachedFor } from './cached-for.ts';

it('caches for the time given, shares a call in progress, and asks again after a failure', async () => {
  let now = 1_800_000_000_000;
  let asked = 0;
  let fails = false;
  const ask = cachedFor(
    10_000,
    () => now,
    (at) => {
      asked += 1;
      return fails ? Promise.reject(new Error('down')) : Promise.resolve(at);
    },
  );
  const began = now;
  await Promise.all([ask(), ask(), ask()]);
  now += 9_999;
  expect(await ask()).toBe(began);
  expect(asked).toBe(1);
  now += 1;
  fails = true;
  await expect(ask()).rejects.toThrow('down');
  fails = false;
  expect(await ask()).toBe(now);
  expect(asked).toBe(3);
  // The clock was set back.
  now -= 1;
  expect(await ask()).toBe(now);
});
