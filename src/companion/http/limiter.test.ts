import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { COUNTERS, counterOf, limiter } from './limiter.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const address = (n: number) => `192.0.2.${n}`;

it('allows a network its quota per minute, and says when to retry', async () => {
  const limit = limiter(2);
  await limit.spend(address(1));
  await limit.spend(address(1));
  vi.advanceTimersByTime(54_000);
  await expect(limit.spend(address(1))).rejects.toMatchObject({
    status: 429,
    error: 'rate_limited',
    details: { retryAfter: 6 },
  });
  vi.advanceTimersByTime(6000);
  await limit.spend(address(1));
});

it('counts the /64 of an IPv6 address as one caller', async () => {
  const limit = limiter(1);
  await limit.spend('2001:db8:1:2::1');
  await expect(limit.spend('2001:db8:1:2:ffff::9')).rejects.toMatchObject({ status: 429 });
  // Two networks may share a counter, by a chance of one in 16 384 each.
  const others = ['2001:db8:1:3::1', '2001:db8:1:4::1', '192.0.2.1'].map((other) => limit.spend(other));
  expect((await Promise.allSettled(others)).some(({ status }) => status === 'fulfilled')).toBe(true);
});

it('can count without refusing', async () => {
  const limit = limiter(2);
  await limit.note(address(1));
  expect(await limit.wait(address(1))).toBeUndefined();
  await limit.note(address(1));
  await limit.note(address(1));
  expect(await limit.wait(address(1))).toBe(60);
});

it('can share one counter among all callers', async () => {
  const limit = limiter(2, true);
  await limit.spend(address(1));
  await limit.spend(address(2));
  await expect(limit.spend(address(3))).rejects.toMatchObject({ status: 429 });
});

it('spreads any number of networks over a bounded number of counters', () => {
  const used = new Set<string>();
  for (let n = 0; n < 200_000; n += 1) used.add(counterOf(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`));
  expect(used.size).toBeLessThanOrEqual(COUNTERS);
  expect(used.size).toBeGreaterThan(COUNTERS * 0.99);
});

it('frees a counter when its minute is over', async () => {
  const before = vi.getTimerCount();
  await limiter(5).note(address(1));
  expect(vi.getTimerCount()).toBe(before + 1);
  vi.advanceTimersByTime(60_000);
  expect(vi.getTimerCount()).toBe(before);
});
