// A button that calls one command of the background. What comes of it is seen in the view; a command that could not even
// be carried out is said here.
import { useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../fxa/errors.ts';
import type { CommandName, Commands } from '../messages.ts';
import { call } from '../webext/messaging.ts';
import { ProblemNote } from './problem-note.tsx';

interface Props<Name extends CommandName> {
  command: Name;
  label: string;
  look?: 'primary' | 'secondary' | 'link';
  /** What else the click is for; called first, within the click itself. */
  onClick?: () => void;
  onResult?: (result: ReturnType<Commands[Name]>) => void;
}

export function CommandButton<Name extends CommandName>(props: Props<Name>) {
  const { command, label, look = 'secondary', onClick, onResult } = props;
  const [failed, setFailed] = useState<FxaErrorCode>();
  const run = () => {
    setFailed(undefined);
    onClick?.();
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
