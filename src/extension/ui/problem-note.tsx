// What went wrong, why as far as we know, and what to do next; of what is long past also when it was.
import type { Problem } from '../../session/state.ts';
import { minutesLeft } from './problem-age.ts';
import { Instant } from './instant.tsx';
import { text } from './text.ts';

/** `dated`: how a session ended is told with its instant, however long ago it was. */
export function ProblemNote({ problem, dated = false }: { problem: Problem; dated?: boolean }) {
  const { code, reason, at } = problem;
  const minutes = minutesLeft(problem, Date.now());
  const mild = code === 'cancelled' || reason === 'by_user';
  return (
    <div class={mild ? 'problem mild' : 'problem'} role="alert" data-code={code} data-reason={reason}>
      <p>
        <strong>{text(`error_${code}`)}</strong>
        {reason && <> {text(`reason_${reason}`)}</>}
      </p>
      <p>
        {text(`advice_${code}`)}
        {minutes > 0 && <> {text('retryAfter', String(minutes))}</>}
      </p>
      {dated && (
        <p class="note">
          <Instant at={at} />
        </p>
      )}
    </div>
  );
}
