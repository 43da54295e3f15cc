// Shows what went wrong, why if known, what to do next, and optionally when.
import type { Problem } from '../../../session/state/states.ts';
import { Instant } from './instant.tsx';
import { plural } from './plural.ts';
import { minutesLeft } from './problem-age.ts';
import { Icon } from './icon.tsx';
import { firstText } from './text.ts';
import { errorInfo } from './error-info.ts';

interface Props {
  problem: Problem;
  /** Also shows when it happened. */
  dated?: boolean;
  /** Shown as the main content of the view. */
  large?: boolean;
}

export function ProblemNote({ problem, dated = false, large = false }: Props) {
  const { code, reason, at } = problem;
  const { severity, icon } = errorInfo(code);
  const minutes = minutesLeft(problem, Date.now());
  // Reasons from newer versions may have no message.
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
