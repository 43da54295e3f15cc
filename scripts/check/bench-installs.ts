// Simulates a day of polls by many copies, as the extension's own schedule decides them: how many a core of the companion
// carries, by what `npm run bench` measured.
import { LRUCache } from 'lru-cache';
import { createChance } from '../../test/harness/random.ts';
import { pollsOf } from './bench-installs-copy.ts';
import { drawPolls } from './bench-plots.ts';
import type { MeasuredChapter } from './bench-report.ts';

/** Copies simulated; more are these, several times over, and memory in proportion. */
const MOST_SIMULATED = 100_000;
const SESSIONS_IN_MEMORY = 100_000;
const DAY = 86_400;
const MINUTES = DAY / 60;
/** All instances restart, and lose their memories: seconds of the day. */
const RESTART = 15 * 3600;
/** Part of the copies whose account an event is about that day. */
const EVENTS = 0.01;
/** Part of a core's capacity that the busiest minute may take. */
const HEADROOM = 0.5;

interface Series {
  /** Requests a second, by minute. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Those of `after` that read the database. */
  readonly reads: readonly number[];
}

function simulate(copies: number, instances: number): Series {
  const simulated = Math.min(copies, MOST_SIMULATED);
  const scale = copies / simulated;
  const chance = createChance(20_261_128);
  const [before, after, reads] = [0, 1, 2].map(() => new Float64Array(MINUTES)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const count = (series: Float64Array, at: number) => {
    const minute = Math.floor((at - DAY) / 60);
    if (minute >= 0 && minute < MINUTES) series[minute] = (series[minute] ?? 0) + scale / 60;
  };
  const polls: { readonly at: number; readonly copy: number }[] = [];
  const news = new Map<number, number>();
  for (let copy = 0; copy < simulated; copy += 1) {
    const { scheduled, fixed } = pollsOf(chance, { days: 2, restart: DAY + RESTART });
    for (const at of fixed) count(before, at);
    for (const at of scheduled) polls.push({ at, copy });
    if (chance.one(EVENTS)) news.set(copy, DAY + chance.next() * DAY);
  }
  polls.sort((one, other) => one.at - other.at);
  const newMemories = () =>
    Array.from(
      { length: instances },
      () => new LRUCache<number, number>({ max: Math.ceil(SESSIONS_IN_MEMORY / scale) }),
    );
  let memories = newMemories();
  let restarted = false;
  for (const { at, copy } of polls) {
    if (!restarted && at >= DAY + RESTART) {
      memories = newMemories();
      restarted = true;
    }
    count(after, at);
    const memory = memories[chance.below(instances)];
    const readAt = memory?.get(copy);
    const changedAt = news.get(copy) ?? Infinity;
    // The companion notes a day's use once, and reads again for that.
    const known = readAt !== undefined && at < readAt + DAY && !(changedAt > readAt && changedAt <= at);
    if (known) continue;
    count(reads, at);
    memory?.set(copy, at);
  }
  return { before: [...before], after: [...after], reads: [...reads] };
}

const mean = (series: readonly number[]) => series.reduce((sum, value) => sum + value, 0) / series.length;
const peak = (series: readonly number[]) => Math.max(...series);
const figure = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 2 });

const DAYS = [
  [10_000, 2],
  [1_000_000, 2],
  [10_000_000, 8],
] as const;

/** The section about installs, and the plot of the day of a million. */
export function installs({ absolute }: MeasuredChapter): { readonly text: string; readonly plot: string } {
  // By processor time, which other work on the machine changes least.
  const rate = (name: string) => 1e6 / (absolute.find((one) => one.name === name)?.cpu?.median ?? NaN);
  const [tutorial, memory, database] = [
    'tutorial',
    'companion, from memory',
    'companion, from the database',
  ].map(rate) as [number, number, number];
  let plot = '';
  const rows = DAYS.map(([copies, instances]) => {
    const day = simulate(copies, instances);
    const { before, after, reads } = day;
    if (copies === 1_000_000) plot = drawPolls(day);
    const cores = after.map((all, minute) => {
      const read = reads[minute] ?? 0;
      return (all - read) / memory + read / database;
    });
    const needed = peak(cores) / HEADROOM;
    return [
      copies.toLocaleString('en'),
      instances,
      ...[before, after, reads].map((series) => `${figure(mean(series))} / ${figure(peak(series))}`),
      figure(needed),
      `${figure(copies / needed / 1000)} thousand`,
    ].join(' | ');
  });
  const text = `By the processor time of a poll, one core answers ${figure(memory)} a second from memory, ${figure(database)} from the
database and ${figure(tutorial)} the tutorial's way (Express and one query); the database's own time is not counted.

A simulated day, in requests a second, mean / busiest minute. _Before_ is a poll each five minutes. The cores are those
of the companion, of which the busiest minute takes half.

| copies | instances | before | now | of them from the database | cores | copies a core carries |
| --- | --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}

![polls a second through the day, before and now, and those read from the database](polls.svg)

Assumed: 60 % of the copies are not used that day, 30 % once, 10 % each half hour; 70 % start with their browser around
nine in the morning of one time zone and run for nine hours, the others always run; 1 % have an event; at three in the
afternoon all instances restart within thirty seconds, and remember nothing. Polls are spread over the instances at
random, each of which remembers 100 000 sessions.`;
  return { text, plot };
}
