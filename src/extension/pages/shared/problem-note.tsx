// Shows what went wrong, why if known, what to do next, and optionally when; and the error of a command.
import { useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { Problem } from '../../../session/state/states.ts';
import { errorInfo, minutesLeft } from '../../problems.ts';
import { Icon } from './icon.tsx';
import { firstText, Instant, plural } from './text.tsx';

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

/** How the last command failed, and a function that follows another: it resolves to its error, if any. */
export function useCommandError() {
  const [failed, setFailed] = useState<FxaErrorCode>();
  const attempt = async (work?: Promise<unknown>): Promise<FxaErrorCode | undefined> => {
    setFailed(undefined);
    try {
      await work;
      return undefined;
    } catch (error) {
      const code = (error as Error).message as FxaErrorCode;
      setFailed(code);
      return code;
    }
  };
  return { failed, attempt };
}

/** The error of a command. `except`: a code that the form explains itself. */
export function CommandError({ code, except }: { code: FxaErrorCode | undefined; except?: FxaErrorCode }) {
  if (code === undefined || code === except) return null;
  return <ProblemNote problem={{ code, at: Date.now() }} />;
}
