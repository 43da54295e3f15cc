import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS } from '../day.ts';
import { BIN, binsOfWeek, daysOfWeek } from './plot.ts';

const NOW = Date.UTC(2026, 10, 21, 15, 47);
const one = (hour: number, count = 1) => ({ hour, clientId: 'a', kind: 'password_change' as const, count });
const total = (bins: readonly { total: number }[]) => bins.reduce((sum, bin) => sum + bin.total, 0);

describe('the columns of a week', () => {
  it('are 56 of three hours, ending with the current one', () => {
    const bins = binsOfWeek([], NOW);
    expect(bins).toHaveLength(56);
    expect(bins.at(-1)?.from).toBe(Date.UTC(2026, 10, 21, 15));
    expect(bins.every(({ from }, index) => from === (bins[0]?.from ?? 0) + index * BIN)).toBe(true);
  });

  it('sum up the hours that begin in them, over all clients', () => {
    const hour = Date.UTC(2026, 10, 20, 11);
    const deliveries = [one(hour, 2), { ...one(hour, 3), clientId: 'b' }, one(hour + HOUR_MS)];
    const bins = binsOfWeek(deliveries, NOW).filter((bin) => bin.total > 0);
    expect(bins.map(({ from, counts }) => [new Date(from).getUTCHours(), counts.password_change])).toEqual([
      [9, 5],
      [12, 1],
    ]);
  });

  it('exclude older and later deliveries', () => {
    const oldest = Date.UTC(2026, 10, 14, 18);
    expect(total(binsOfWeek([one(oldest - HOUR_MS), one(NOW + 3 * HOUR_MS)], NOW))).toBe(0);
    expect(total(binsOfWeek([one(oldest)], NOW))).toBe(1);
  });
});

it('the table of days has the same total, newest first', () => {
  const deliveries = Array.from({ length: 200 }, (_, index) =>
    one(Math.floor(NOW / HOUR_MS) * HOUR_MS - index * HOUR_MS),
  );
  const days = daysOfWeek(deliveries, NOW);
  expect(total(days)).toBe(total(binsOfWeek(deliveries, NOW)));
  expect(days.map(({ from }) => from)).toEqual(
    Array.from({ length: 8 }, (_, index) => Date.UTC(2026, 10, 21) - index * DAY_MS),
  );
});
