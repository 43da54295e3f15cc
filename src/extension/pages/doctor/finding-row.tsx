// One check: an icon and a word for its result, the finding with its numbers, and what to do.
import { text } from '../shared/text.tsx';
import { verdictOf, type Check, type Finding, type Measure, type Verdict } from './findings.ts';

/** Different shapes, so that results do not depend on color. */
const SIGNS: Record<Verdict, string> = { fine: '✓', look: '!', broken: '✕', unknown: '?' };

interface RowProps {
  readonly check: Check;
  readonly finding: Finding | undefined;
  readonly running: boolean;
}

export function FindingRow({ check, finding, running }: RowProps) {
  const verdict = finding && verdictOf(finding);
  const advice = finding && next(finding);
  return (
    <li data-check={check} data-verdict={verdict} data-code={finding?.code}>
      <span class="mark" aria-hidden="true">
        {verdict ? SIGNS[verdict] : running ? <span class="spinner" /> : '·'}
      </span>
      <div>
        <h2>
          {text(`doctorCheck_${check}`)}
          {verdict && <span class="verdict">{text(`doctorVerdict_${verdict}`)}</span>}
        </h2>
        {finding && <p>{seen(finding)}</p>}
        {advice !== undefined && <p class="next">{advice}</p>}
        {!finding && <p class="note">{text(running ? 'doctorLooking' : 'doctorWaiting')}</p>}
      </div>
    </li>
  );
}

/** The message of a finding. */
function seen({ code, values = {}, names = [], origin }: Finding): string {
  const numbers = Object.entries(values).map(([measure, value]) => inWords(measure as Measure, value));
  const listed = names.map((name) => text(`doctorName_${name}`));
  const all = listed.length > 0 ? [...numbers, list(listed)] : numbers;
  return text(`doctor_${code}`, ...all, ...(origin === undefined ? [] : [origin]));
}

/** What to do about it; undefined if all is well. */
function next(finding: Finding): string | undefined {
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

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** Uses the largest unit with a count of at least two: 90 seconds, 5 minutes, 3 days. Pure. */
export function duration(seconds: number, language: string): string {
  const [unit, length] = STEPS.find(([, long]) => seconds >= 2 * long) ?? (['second', 1] as const);
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.round(seconds / length));
}
