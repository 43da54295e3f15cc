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
  primary?: boolean;
  onResult?: (result: ReturnType<Commands[Name]>) => void;
}

export function CommandButton<Name extends CommandName>({ command, label, primary, onResult }: Props<Name>) {
  const [failed, setFailed] = useState<FxaErrorCode>();
  const run = () => {
    setFailed(undefined);
    call(command).then(onResult, (error: unknown) => {
      setFailed((error as Error).message as FxaErrorCode);
    });
  };
  return (
    <>
      <button type="button" class={primary ? 'primary' : 'secondary'} onClick={run}>
        {label}
      </button>
      {failed && <ProblemNote problem={{ code: failed, at: Date.now() }} />}
    </>
  );
}
