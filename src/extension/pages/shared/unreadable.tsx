// Shown when stored data cannot be read; it is kept until the user resets it.
import type { Problem } from '../../../session/state/states.ts';
import { CommandButton } from './command-button.tsx';
import { ProblemNote } from './problem-note.tsx';
import { text } from './text.ts';

export function StorageError({ problem }: { problem: Problem }) {
  return (
    <>
      <ProblemNote problem={problem} large />
      <CommandButton command="reset" label={text('reset')} />
    </>
  );
}
