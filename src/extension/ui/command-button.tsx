// A button that calls one command of the background. What comes of it is seen in the view.
import type { CommandName, Commands } from '../messages.ts';
import { call } from '../webext/messaging.ts';

interface Props<Name extends CommandName> {
  command: Name;
  label: string;
  primary?: boolean;
  onResult?: (result: ReturnType<Commands[Name]>) => void;
}

export function CommandButton<Name extends CommandName>({ command, label, primary, onResult }: Props<Name>) {
  const run = () => {
    call(command).then(onResult, () => {
      // The background ended before it answered; it starts anew at the next call and tells in the view what happened.
    });
  };
  return (
    <button type="button" class={primary ? 'primary' : 'secondary'} onClick={run}>
      {label}
    </button>
  );
}
