// The deliveries of the last seven days, grouped into columns and days, and their chart as SVG: columns of three hours,
// stacked by kind.
import { html } from 'hono/html';
import { DAY_MS, HOUR_MS } from '../day.ts';
import type { EventKind } from '../security-events/types.ts';
import type { OperatorState } from '../store.ts';
import type { Markup } from './facts.ts';
import { plural, dayLabel, KIND_NAMES, KINDS, number, sum } from './words.ts';

type Deliveries = OperatorState['deliveries'];

export interface Bin {
  /** Start in milliseconds; a bin ends where the next begins. */
  readonly from: number;
  readonly counts: Readonly<Record<EventKind, number>>;
  readonly total: number;
}

/** Three hours: 56 bins per week, the last one still running. */
export const BIN = 3 * HOUR_MS;
const WEEK = 7 * DAY_MS;

/** By three hours, oldest first. `now` in milliseconds. */
export function binsOfWeek(deliveries: Deliveries, now: number): Bin[] {
  const end = (Math.floor(now / BIN) + 1) * BIN;
  return bins(deliveries, end - WEEK, end, BIN);
}

/** By UTC day, newest first; the oldest day is cut off at the week's start. */
export function daysOfWeek(deliveries: Deliveries, now: number): Bin[] {
  const { from = now } = binsOfWeek([], now)[0] ?? {};
  const recent = deliveries.filter(({ hour }) => hour >= from);
  const firstDay = Math.floor(from / DAY_MS) * DAY_MS;
  return bins(recent, firstDay, (Math.floor(now / DAY_MS) + 1) * DAY_MS, DAY_MS).reverse();
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
    total: sum(Object.values(bin)),
  }));
}

const WIDTH = 880;
const HEIGHT = 240;
const LEFT = 44;
const TOP = 10;
const PLOT_WIDTH = WIDTH - LEFT;
const PLOT_HEIGHT = HEIGHT - TOP - 26;
const BASE = TOP + PLOT_HEIGHT;
const GAP = 2;

/** Draws the chart. `bins` must be contiguous and in order. */
export function plot(bins: readonly Bin[]): Markup {
  const [first] = bins;
  const from = first?.from ?? 0;
  const slot = PLOT_WIDTH / bins.length;
  const x = (instant: number) => LEFT + ((instant - from) / BIN) * slot;
  const top = topOfScale(Math.max(...bins.map(({ total }) => total)));
  const height = (count: number) => (count / top) * PLOT_HEIGHT;
  const total = sum(bins.map((bin) => bin.total));
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="plot-title plot-text">
    <title id="plot-title">Events over the last seven days</title>
    <desc id="plot-text">${plural(total, 'event')}; the table below has them by day.</desc>
    ${[0, top / 2, top].map((count) => scaleLine(count, BASE - height(count)))}
    ${midnights(from, bins.length).map((day) => dayMark(day, x(day)))}
    ${bins.map((bin) => column(bin, x(bin.from) + GAP / 2, slot - GAP, height))}
    <line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${BASE}" y2="${BASE}" />
  </svg>`;
}

/** The legend, for kinds that occurred. */
export function legend(bins: readonly Bin[]): Markup {
  const seen = KIND_NAMES.filter((kind) => bins.some(({ counts }) => counts[kind] > 0));
  return html`<ul class="legend">
    ${seen.map(
      (kind) =>
        html`<li>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <rect class="${kind}" width="10" height="10" rx="2" /></svg
          >${KINDS[kind]}
        </li>`,
    )}
  </ul>`;
}

function column(bin: Bin, left: number, width: number, height: (count: number) => number): Markup {
  let y = BASE;
  const parts = KIND_NAMES.filter((kind) => bin.counts[kind] > 0).map((kind) => {
    const tall = height(bin.counts[kind]);
    y -= tall;
    return html`<rect
      class="${kind}"
      x="${short(left)}"
      y="${short(y)}"
      width="${short(width)}"
      height="${short(tall)}"
    />`;
  });
  if (parts.length === 0) return html``;
  return html`<g>
    <title>${tooltip(bin)}</title>
    ${parts}
  </g>`;
}

function tooltip({ from, counts }: Bin): string {
  const time = (instant: number) => new Date(instant).toISOString().slice(11, 16);
  const kinds = KIND_NAMES.filter((kind) => counts[kind] > 0).map(
    (kind) => `${number(counts[kind])} × ${KINDS[kind]}`,
  );
  return `${dayLabel(from)}, ${time(from)}–${time(from + BIN)} UTC: ${kinds.join(', ')}`;
}

function scaleLine(count: number, y: number): Markup {
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${short(y)}" y2="${short(y)}" />
    <text x="${LEFT - 8}" y="${short(y + 4)}" text-anchor="end">${number(count)}</text>`;
}

function dayMark(day: number, x: number): Markup {
  // Near the right edge there is no room for the label.
  const named = x < WIDTH - 40;
  return html`<line class="grid" x1="${short(x)}" x2="${short(x)}" y1="${TOP}" y2="${BASE + 6}" />
    ${named ? html`<text x="${short(x + 5)}" y="${HEIGHT - 8}">${dayLabel(day)}</text>` : ''}`;
}

function midnights(from: number, bins: number): number[] {
  const first = Math.ceil(from / DAY_MS) * DAY_MS;
  const end = from + bins * BIN;
  return Array.from({ length: Math.ceil((end - first) / DAY_MS) }, (_, day) => first + day * DAY_MS);
}

/** The next round number with a whole half: 2, 4, 6, 10 or 20 times a power of ten. */
function topOfScale(most: number): number {
  for (let unit = 1; ; unit *= 10) {
    const fits = [2, 4, 6, 10].find((multiple) => multiple * unit >= most);
    if (fits !== undefined) return fits * unit;
  }
}

function short(length: number): string {
  return String(Math.round(length * 10) / 10);
}
