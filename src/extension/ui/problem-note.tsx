// What went wrong, why as far as we know, and what to do next; of what is long past also when it was.
import type { Problem } from '../../session/state.ts';
import { Instant } from './instant.tsx';
import { plural } from './plural.ts';
import { minutesLeft } from './problem-age.ts';
import { Sign } from './sign.tsx';
import { text } from './text.ts';
import { wayOut } from './way-out.ts';

interface Props {
  problem: Problem;
  /** How a session ended is told with its instant, however long ago it was. */
  dated?: boolean;
  /** It is what the view is about, and not a remark. */
  large?: boolean;
}

export function ProblemNote({ problem, dated = false, large = false }: Props) {
  const { code, reason, at } = problem;
  const { kind, sign } = wayOut(code);
  const minutes = minutesLeft(problem, Date.now());
  const mild = reason === 'by_user' ? 'mild' : kind;
  return (
    <div class={`problem ${mild}${large ? ' large' : ''}`} role="alert" data-code={code} data-reason={reason}>
      <Sign name={sign} />
      <div>
        <p class="title">{text(`error_${code}`)}</p>
        {reason && <p>{text(`reason_${reason}`)}</p>}
        <p>{minutes > 0 ? plural('retryAfter', minutes) : text(`advice_${code}`)}</p>
        {dated && (
          <p class="note">
            <Instant at={at} />
          </p>
        )}
      </div>
    </div>
  );
}
