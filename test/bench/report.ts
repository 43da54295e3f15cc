// What the bench found, for people and for machines.
import { ratio, spread, type Results, type Spread } from './rounds.ts';
import type { Measured } from './measure.ts';

export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface Finding extends Spread {
  readonly what: string;
  readonly goal?: Goal;
}

export interface Absolute {
  readonly name: string;
  readonly rate: Spread;
  readonly p50?: Spread;
  readonly p99?: Spread;
  /** Microseconds of the server's processor time for a request. */
  readonly cpu?: Spread;
}

export interface Chapter {
  readonly title: string;
  /** Compare these; the absolute figures are this machine's at this moment. */
  readonly findings: readonly Finding[];
  readonly absolute: readonly Absolute[];
}

/** Compares a figure of two variants, round by round. */
export function compare<Name extends string>(
  results: Results<Name, Measured>,
  what: string,
  { over, under, figure = 'rate', goal }: Comparison<Name>,
): Finding {
  const values = (name: Name) => results[name].map((measured) => measured[figure]);
  return { what, ...ratio(values(over), values(under)), ...(goal && { goal }) };
}

export interface Comparison<Name extends string> {
  readonly over: Name;
  readonly under: Name;
  /** Default: `rate`. */
  readonly figure?: keyof Measured;
  readonly goal?: Goal;
}

export function absolutes(results: Readonly<Record<string, readonly Measured[]>>): readonly Absolute[] {
  return Object.entries(results).map(([name, runs]) => {
    const of = (figure: keyof Measured) => spread(runs.map((run) => run[figure]));
    return { name, rate: of('rate'), p50: of('p50'), p99: of('p99'), cpu: of('cpu') };
  });
}

export function isMet({ median, goal }: Finding): boolean {
  const { atLeast = -Infinity, atMost = Infinity } = goal ?? {};
  return median >= atLeast && median <= atMost;
}

const number = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
const range = ({ min, max }: Spread) => `(${number(min)}–${number(max)})`;

export function goalInWords({ atLeast, atMost }: Goal): string {
  return atLeast === undefined ? `≤ ${atMost ?? ''}` : `≥ ${atLeast}`;
}

/** As lines to be printed. */
export function inWords({ title, findings, absolute }: Chapter): string {
  const rows = findings.map((finding) => {
    const { what, median, goal } = finding;
    const verdict = goal ? `${goalInWords(goal).padEnd(7)} ${isMet(finding) ? '✓' : '✗'}` : '';
    return `  ${what.padEnd(58)} ${number(median).padStart(6)}  ${range(finding).padEnd(13)} ${verdict}`.trimEnd();
  });
  const notes = absolute.map(({ name, rate, p50, p99, cpu }) => {
    const more = p50 && p99 && cpu ? [p50, p99, cpu].map(({ median }) => number(median).padStart(6)) : [];
    return `    ${name.padEnd(40)} ${rate.median.toFixed(0).padStart(7)} ${more.join('  ')}`.trimEnd();
  });
  const legend = `    ${''.padEnd(40)} ${'per s'.padStart(7)} ${['p50 ms', 'p99 ms', 'µs cpu'].join('  ')}`;
  return [`\n${title}`, ...rows, legend, ...notes].join('\n');
}
