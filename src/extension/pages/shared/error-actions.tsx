// The buttons of a signed-out user: first what helps with the last problem, then signing in.
import type { Problem, View } from '../../../session/state/view.ts';
import { CommandButton } from './command-button.tsx';
import { errorInfo, minutesLeft } from '../../problems.ts';
import { ProblemNote } from './problem-note.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { text } from './text.tsx';

interface Props {
  view: View;
  problem: Problem | undefined;
  withAddress?: boolean;
  /** How the last session ended, if that is shown. */
  endReason?: Problem | undefined;
}

export function ErrorActions({ view, problem, withAddress = false, endReason }: Props) {
  const action = problem ? errorInfo(problem.code).action : 'signIn';
  const first = action === 'doctor' || action === 'otherAccount';
  const label = first ? 'tryAgain' : action === 'continue' || action === 'tryAgain' ? action : 'signIn';
  return (
    <>
      {action === 'doctor' && (
        <a class="primary" href="../doctor/index.html" target="_blank">
          {text('openDoctor')}
        </a>
      )}
      {action === 'otherAccount' && (
        <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} variant="primary" />
      )}
      <SignInForm
        label={text(label)}
        view={view}
        withAddress={withAddress}
        windowless={action === 'tab'}
        again={problem !== undefined}
        second={first || (problem !== undefined && minutesLeft(problem, Date.now()) > 0)}
      />
      {(problem ?? endReason) && (
        <CommandButton command="dismissProblem" label={text('dismiss')} variant="link" />
      )}
    </>
  );
}

/** Shown when stored data cannot be read; it is kept until the user resets it. */
export function StorageError({ problem }: { problem: Problem }) {
  return (
    <>
      <ProblemNote problem={problem} large />
      <CommandButton command="reset" label={text('reset')} />
    </>
  );
}
