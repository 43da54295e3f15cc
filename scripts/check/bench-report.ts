// Writes docs/benchmarks.md and its plots from docs/benchmarks.json, in which `npm run bench` keeps what it measured last.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { goalInWords, isMet, type Absolute, type Chapter, type Finding } from '../../test/bench/report.ts';
import type { Spread } from '../../test/bench/rounds.ts';
import { format, type FormatConfig } from 'oxfmt';
import { installs } from './bench-installs.ts';
import { drawRatios } from './bench-plots.ts';

const DATA = 'docs/benchmarks.json';
const DOC = 'docs/benchmarks.md';

export interface MeasuredChapter extends Chapter {
  /** Of the minute before the run. */
  readonly load: number;
  readonly machine: string;
  /** ISO 8601. */
  readonly at: string;
  readonly rounds: number;
  /** Of one measurement. */
  readonly seconds: number;
}

export type Measurements = Readonly<Record<string, MeasuredChapter>>;

/** Keeps what was measured in place of what was measured before, and writes everything anew; chapters in this order. */
export async function writeReport(measured: Measurements, order: readonly string[]): Promise<void> {
  const known = existsSync(DATA) ? (JSON.parse(readFileSync(DATA, 'utf8')) as Measurements) : {};
  const all = { ...known, ...measured };
  await write(DATA, JSON.stringify(all));
  const chapters = order.flatMap((name) => all[name] ?? []);
  let text = replaced(readFileSync(DOC, 'utf8'), 'ratios', chapters.map(section).join('\n\n'));
  writeFileSync('docs/ratios.svg', drawRatios(chapters));
  if (all.polls) {
    const { text: about, plot } = installs(all.polls);
    text = replaced(text, 'installs', about);
    writeFileSync('docs/polls.svg', plot);
  }
  await write(DOC, text);
}

async function write(file: string, text: string): Promise<void> {
  writeFileSync(file, await formatted(file, text));
}

/** The text of a file as `npm run fix` formats it. */
export async function formatted(file: string, text: string): Promise<string> {
  const style = JSON.parse(readFileSync('.oxfmtrc.json', 'utf8')) as FormatConfig;
  return (await format(file, text, style)).code;
}

function replaced(text: string, name: string, by: string): string {
  const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`${DOC} has no place for it: ${begin} … ${end}`);
  return `${text.slice(0, from)}${begin}\n\n${by}\n\n${text.slice(to)}`;
}

const figure = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 });
const range = ({ min, max }: Spread) => `${figure(min)} – ${figure(max)}`;

/** A chapter in Markdown. */
export function section(chapter: MeasuredChapter): string {
  const { title, findings, absolute, machine, load, at, rounds, seconds } = chapter;
  return `### ${title}

${machine}, at a load of ${figure(load)} on ${at.slice(0, 10)}; ${rounds} rounds of ${seconds} s.

| compared | median | range | goal |
| --- | --- | --- | --- |
${findings.map((finding) => `| ${finding.what} | ${figure(finding.median)} | ${range(finding)} | ${verdict(finding)} |`).join('\n')}

| measured | a second | p50, ms | p99, ms | processor, µs |
| --- | --- | --- | --- | --- |
${absolute.map(row).join('\n')}`;
}

function verdict(finding: Finding): string {
  return finding.goal ? `${goalInWords(finding.goal)}, ${isMet(finding) ? 'met' : '**missed**'}` : '';
}

function row({ name, rate, p50, p99, cpu }: Absolute): string {
  const cells = [rate, p50, p99, cpu].map((one) => (one ? figure(one.median) : ''));
  return `| ${name} | ${cells.join(' | ')} |`;
}
