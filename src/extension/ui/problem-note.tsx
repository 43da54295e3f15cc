// What went wrong, why as far as we know, and what to do next.
import type { Problem } from '../../session/state.ts';
import { text } from './text.ts';

export function ProblemNote({ problem: { code, reason, retryAfter } }: { problem: Problem }) {
  return (
    <div class={code === 'cancelled' ? 'problem mild' : 'problem'} role="alert" data-code={code}>
      <p>
        <strong>{text(`error_${code}`)}</strong>
        {reason && <> {text(`reason_${reason}`)}</>}
      </p>
      <p>
        {text(`advice_${code}`)}
        {retryAfter !== undefined && <> {text('retryAfter', String(Math.ceil(retryAfter / 60)))}</>}
      </p>
    </div>
  );
}
