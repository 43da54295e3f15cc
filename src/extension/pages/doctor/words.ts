// The messages of a finding, with numbers formatted in the page language.
import { text } from '../shared/text.ts';
import { duration } from './duration.ts';
import { verdictOf, type Finding, type Measure } from './findings.ts';

/** The message of a finding. */
export function seen({ code, values = {}, names = [] }: Finding): string {
  const numbers = Object.entries(values).map(([measure, value]) => inWords(measure as Measure, value));
  const listed = names.map((name) => text(`doctorName_${name}`));
  const all = listed.length > 0 ? [...numbers, list(listed)] : numbers;
  return text(`doctor_${code}`, ...all);
}

/** What to do about it; undefined if all is well. */
export function next(finding: Finding): string | undefined {
  return verdictOf(finding) === 'fine' ? undefined : text(`doctorNext_${finding.code}`);
}

function list(items: readonly string[]): string {
  return new Intl.ListFormat(text('language'), { type: 'conjunction' }).format(items);
}

const UNITS = { ms: 'millisecond', kB: 'kilobyte', percent: 'percent' } as const;

function inWords(measure: Measure, value: number): string {
  const language = text('language');
  if (measure === 'seconds') return duration(value, language);
  // An HTTP status is not formatted as a number.
  if (measure === 'status') return String(value);
  if (measure === 'count') return new Intl.NumberFormat(language).format(value);
  return new Intl.NumberFormat(language, { style: 'unit', unit: UNITS[measure] }).format(value);
}
