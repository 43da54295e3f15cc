// Groups the deliveries of the last seven days into columns for the chart and days for the table.
import type { EventKind } from '../security-events/types.ts';
import type { OperatorState } from '../store.ts';
import { DAY, HOUR } from './facts.ts';
import { KIND_NAMES } from './words.ts';

type Deliveries = OperatorState['deliveries'];

export interface Bin {
  /** Start in milliseconds; a bin ends where the next begins. */
  readonly from: number;
  readonly counts: Readonly<Record<EventKind, number>>;
  readonly total: number;
}

/** Three hours: 56 bins per week, the last one still running. */
export const BIN = 3 * HOUR;
const WEEK = 7 * DAY;

export function binsOfWeek(deliveries: Deliveries, now: number): Bin[] {
  const end = (Math.floor(now / BIN) + 1) * BIN;
  return bins(deliveries, end - WEEK, end, BIN);
}

/** By UTC day, newest first; the oldest day is cut off at the week's start. */
export function daysOfWeek(deliveries: Deliveries, now: number): Bin[] {
  const { from = now } = binsOfWeek([], now)[0] ?? {};
  const recent = deliveries.filter(({ hour }) => hour >= from);
  const firstDay = Math.floor(from / DAY) * DAY;
  return bins(recent, firstDay, (Math.floor(now / DAY) + 1) * DAY, DAY).reverse();
}

function bins(deliveries: Deliveries, from: number, end: number, width: number): Bin[] {
  const none = () => Object.fromEntries(KIND_NAMES.map((kind) => [kind, 0])) as Record<EventKind, number>;
  const counts = Array.from({ length: (end - from) / width }, none);
  for (const { hour, kind, count } of deliveries) {
    const bin = counts[Math.floor((hour - from) / width)];
    if (bin !== undefined) bin[kind] += count;
  }
  return counts.map((bin, index) => ({
    from: from + index * width,
    counts: bin,
    total: Object.values(bin).reduce((sum, count) => sum + count, 0),
  }));
}
