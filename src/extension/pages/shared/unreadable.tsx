// What is stored cannot be read: nothing is written over it until the person says so.
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
