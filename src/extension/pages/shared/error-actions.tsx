// What a person can do where nobody is signed in: first what the last problem asks for, then signing in.
import type { Problem } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { CommandButton } from './command-button.tsx';
import { minutesLeft } from './problem-age.ts';
import { SignInForm } from './sign-in-form.tsx';
import { text } from './text.ts';
import { wayOut } from './error-info.ts';

interface Props {
  view: View;
  problem: Problem | undefined;
  withAddress?: boolean;
  /** How the last session ended, where that is told. */
  told?: Problem | undefined;
}

export function WayOn({ view, problem, withAddress = false, told }: Props) {
  const way = problem ? wayOut(problem.code).way : 'signIn';
  const first = way === 'doctor' || way === 'otherAccount';
  const label = first ? 'tryAgain' : way === 'continue' || way === 'tryAgain' ? way : 'signIn';
  return (
    <>
      {way === 'doctor' && (
        <a class="primary" href="../doctor/index.html" target="_blank">
          {text('openDoctor')}
        </a>
      )}
      {way === 'otherAccount' && (
        <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} look="primary" />
      )}
      <SignInForm
        label={text(label)}
        view={view}
        withAddress={withAddress}
        windowless={way === 'tab'}
        again={problem !== undefined}
        second={first || (problem !== undefined && minutesLeft(problem, Date.now()) > 0)}
      />
      {(problem ?? told) && <CommandButton command="dismissProblem" label={text('dismiss')} look="link" />}
    </>
  );
}
