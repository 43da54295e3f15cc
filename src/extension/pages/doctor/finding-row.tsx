// One check: an icon and a word for its result, the finding, and what to do.
import { text } from '../shared/text.ts';
import { verdictOf, type Check, type Finding, type Verdict } from './findings.ts';
import { next, seen } from './words.ts';

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
