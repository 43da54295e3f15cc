// A button that calls one command of the background. What comes of it is seen in the view; a command that could not even
// be carried out is said here.
import { useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { CommandName, Commands } from '../../messages.ts';
import { call } from '../../browser/messaging.ts';
import { ProblemNote } from './problem-note.tsx';

/** A text would have to come from somewhere: commands that take one have a form of their own. */
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
