import { expect, it } from 'vitest';
import { concurrencyLimit } from './concurrency-limit.ts';

/** Work that ends when it is told to. */
function jobs() {
  const running: (() => void)[] = [];
  const started: number[] = [];
  const job = (n: number) => () =>
    new Promise<number>((resolve) => {
      started.push(n);
      running.push(() => resolve(n));
    });
  return { job, started, endOne: () => running.shift()?.() };
}
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it('runs a few tasks, queues others in order, and rejects the rest', async () => {
  const pass = concurrencyLimit(2, 2, () => new RangeError('full'));
  const { job, started, endOne } = jobs();
  const passing = [1, 2, 3, 4].map((n) => pass(job(n)));
  await expect(pass(job(5))).rejects.toThrow('full');
  expect(started).toEqual([1, 2]);
  endOne();
  await nextTurn();
  expect(started).toEqual([1, 2, 3]);
  for (let n = 0; n < 3; n += 1) {
    endOne();
    await nextTurn();
  }
  expect(await Promise.all(passing)).toEqual([1, 2, 3, 4]);
  expect(started).toEqual([1, 2, 3, 4]);
});

it('continues after a failed task, whose error it passes on', async () => {
  const pass = concurrencyLimit(1, 0, () => new Error('full'));
  await expect(pass(() => Promise.reject(new RangeError('no')))).rejects.toBeInstanceOf(RangeError);
  expect(await pass(() => Promise.resolve('yes'))).toBe('yes');
});
