// The state of the sign-in, and its actions.
import type { Ref } from 'preact';
import { useId } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { AccountCard } from '../shared/account-card.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { phaseWords } from '../shared/phase.ts';
import { ProblemNote } from '../shared/problem-note.tsx';
import { SessionOnly } from '../shared/session-only.tsx';
import { text } from '../shared/text.ts';
import { signInProblem } from '../shared/sign-in-problem.ts';
import { StorageError } from '../shared/unreadable.tsx';
import { useWake } from '../shared/wake.ts';
import { ErrorActions } from '../shared/error-actions.tsx';
import { errorInfo } from '../shared/error-info.ts';

interface Props {
  view: View;
  /** Takes the focus when the focused element disappears. */
  heading: Ref<HTMLHeadingElement>;
}

export function SignIn({ view, heading }: Props) {
  const id = useId();
  const { status, account } = view;
  const { title, note } = wordsFor(view);
  return (
    <section class="state" aria-labelledby={id}>
      <div role="status">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {note !== undefined && <p>{note}</p>}
      </div>
      {status === 'signingIn' && <Running />}
      {status === 'signedIn' && account && (
        <AccountCard account={account} loading={account.awaited === true && !view.problem} />
      )}
      {(status === 'signedOut' || status === 'needsReauth') && <WayIn view={view} />}
    </section>
  );
}

function wordsFor(view: View): { title: string; note?: string } {
  const { status, phase, problem } = view;
  if (status === 'signingIn') {
    const title = phaseWords(view);
    return phase === 'finishing' ? { title } : { title, note: text('welcomeSigningIn') };
  }
  if (status === 'signedIn') return { title: text('signedInTitle'), note: text('welcomeSignedIn') };
  if (status === 'needsReauth') return { title: text('needsReauthTitle') };
  const unreadable = problem && errorInfo(problem.code).severity === 'storage';
  return { title: text(unreadable ? 'unreadableTitle' : 'signedOutTitle') };
}

function Running() {
  useWake();
  return <CommandButton command="cancelSignIn" label={text('cancel')} />;
}

/** As in the popup: the last problem, why the session ended, and the actions. */
function WayIn({ view }: { view: View }) {
  const { status, problem } = view;
  if (problem && errorInfo(problem.code).action === 'reset') return <StorageError problem={problem} />;
  const { current, blocking, endReason } = signInProblem(view, Date.now());
  return (
    <>
      {current && <ProblemNote problem={current} />}
      {endReason && <ProblemNote problem={endReason} dated />}
      <ErrorActions
        view={view}
        problem={current}
        withAddress={!blocking && status === 'signedOut'}
        endReason={status === 'signedOut' ? endReason : undefined}
      />
      {view.sessionOnly === 'by_browser' && <SessionOnly view={view} />}
    </>
  );
}
