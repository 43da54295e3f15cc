// A button that sends a command to the background. The view shows the outcome; errors of the command itself are shown
// here.
import { useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { CommandName, Commands } from '../../messages.ts';
import { call } from '../../browser/messaging.ts';
import { ProblemNote } from './problem-note.tsx';

/** Commands without a text; those with one have forms of their own. */
type Plain = { [Name in CommandName]: Parameters<Commands[Name]> extends [] ? Name : never }[CommandName];

interface Props {
  command: Plain;
  label: string;
  look?: 'primary' | 'secondary' | 'link';
  onResult?: (result: unknown) => void;
}

export function CommandButton({ command, label, look = 'secondary', onResult }: Props) {
  const [failed, setFailed] = useState<FxaErrorCode>();
  const run = () => {
    setFailed(undefined);
    call(command).then(onResult, (error: unknown) => {
      setFailed((error as Error).message as FxaErrorCode);
    });
  };
  return (
    <>
      <button type="button" class={look} onClick={run}>
        {label}
      </button>
      {failed && <ProblemNote problem={{ code: failed, at: Date.now() }} />}
    </>
  );
}
