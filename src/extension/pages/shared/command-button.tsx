// A button that sends a command to the background. The view shows the outcome; errors of the command itself are shown
// here.
import type { CommandName, Commands } from '../../messages.ts';
import { call } from '../../browser/messaging.ts';
import { CommandError, useCommandError } from './problem-note.tsx';

/** Commands without a text; those with one have forms of their own. */
type Plain = { [Name in CommandName]: Parameters<Commands[Name]> extends [] ? Name : never }[CommandName];

interface Props {
  command: Plain;
  label: string;
  variant?: 'primary' | 'secondary' | 'link';
  onResult?: (result: unknown) => void;
}

export function CommandButton({ command, label, variant = 'secondary', onResult }: Props) {
  const { failed, attempt } = useCommandError();
  return (
    <>
      <button type="button" class={variant} onClick={() => void attempt(call(command).then(onResult))}>
        {label}
      </button>
      <CommandError code={failed} />
    </>
  );
}
