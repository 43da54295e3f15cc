// What went wrong, why as far as we know, and what to do next; of what is long past also when it was.
import type { Problem } from '../../../session/state/states.ts';
import { Instant } from './instant.tsx';
import { plural } from './plural.ts';
import { minutesLeft } from './problem-age.ts';
import { Icon } from './icon.tsx';
import { firstText } from './text.ts';
import { errorInfo } from './error-info.ts';

interface Props {
  problem: Problem;
  /** How a session ended is told with its instant, however long ago it was. */
  dated?: boolean;
  /** It is what the view is about, and not a remark. */
  large?: boolean;
}

export function ProblemNote({ problem, dated = false, large = false }: Props) {
  const { code, reason, at } = problem;
  const { severity, icon } = errorInfo(code);
  const minutes = minutesLeft(problem, Date.now());
  // What a newer version wrote may have no words here.
  const said = reason && firstText(`reason_${reason}`);
  const mild = reason === 'by_user' ? 'mild' : severity;
  return (
    <div class={`problem ${mild}${large ? ' large' : ''}`} role="alert" data-code={code} data-reason={reason}>
      <Icon name={icon} />
      <div>
        <p class="title">{firstText(`error_${code}`, 'error_internal')}</p>
        {said !== undefined && <p>{said}</p>}
        <p>{minutes > 0 ? plural('retryAfter', minutes) : firstText(`advice_${code}`, 'advice_internal')}</p>
        {dated && (
          <p class="note">
            <Instant at={at} />
          </p>
        )}
      </div>
    </div>
  );
}
