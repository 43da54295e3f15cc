// What went wrong, why as far as we know, and what to do next.
import type { Problem } from '../../session/state.ts';
import { minutesLeft } from './problem-age.ts';
import { text } from './text.ts';

export function ProblemNote({ problem }: { problem: Problem }) {
  const { code, reason } = problem;
  const minutes = minutesLeft(problem, Date.now());
  return (
    <div class={code === 'cancelled' ? 'problem mild' : 'problem'} role="alert" data-code={code}>
      <p>
        <strong>{text(`error_${code}`)}</strong>
        {reason && <> {text(`reason_${reason}`)}</>}
      </p>
      <p>
        {text(`advice_${code}`)}
        {minutes > 0 && <> {text('retryAfter', String(minutes))}</>}
      </p>
    </div>
  );
}
