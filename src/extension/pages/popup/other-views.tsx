// The views for states other than signed in, loaded on demand.
import { useEffect, useState } from 'preact/hooks';
import type { Problem, View } from '../../../session/state/view.ts';
import { AccountCard } from '../shared/account-card.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { ErrorActions, StorageError } from '../shared/error-actions.tsx';
import { errorInfo, isCurrent, signInProblem } from '../../problems.ts';
import { Icon } from '../shared/icon.tsx';
import { Heading } from '../shared/layout.tsx';
import { ProblemNote } from '../shared/problem-note.tsx';
import { isInTab, phaseWords, useWake } from '../shared/progress.ts';
import { SessionOnly } from '../shared/settings.tsx';
import { Instant, text } from '../shared/text.tsx';

/** After Mozilla accounts ended the session: the reason, the account, and a button to continue. */
function NeedsReauth({ view }: { view: View }) {
  const { status, account, problem, endReason: ended } = view;
  const current = isCurrent(problem, status, Date.now());
  const other = current !== undefined && errorInfo(current.code).action === 'otherAccount';
  return (
    <>
      <Heading>{text('needsReauthTitle')}</Heading>
      {account && <AccountCard account={account} />}
      {current && <ProblemNote problem={current} />}
      {ended && <ProblemNote problem={ended} dated />}
      <ErrorActions view={view} problem={current} />
      {view.sessionOnly === 'by_browser' && <SessionOnly view={view} />}
      {!other && (
        <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} variant="link" />
      )}
      <CommandButton command="signOut" label={text('signOut')} variant="link" />
    </>
  );
}

/** The last problem or the reason the session ended, and a way to sign in. */
function SignedOut({ view }: { view: View }) {
  const { problem, endReason: ended } = view;
  if (problem && errorInfo(problem.code).action === 'reset') return <UnreadableStorage problem={problem} />;
  const { current, blocking, endReason } = signInProblem(view, Date.now());
  const unknown = blocking && errorInfo(blocking.code).severity === 'storage';
  return (
    <>
      {blocking || endReason ? (
        <Heading quiet>{text(unknown ? 'unreadableTitle' : 'signedOutTitle')}</Heading>
      ) : (
        <Welcome ended={ended} />
      )}
      {current && <ProblemNote problem={current} large={current === blocking} />}
      {endReason && <ProblemNote problem={endReason} dated large={!blocking} />}
      <ErrorActions view={view} problem={current} withAddress={!blocking} endReason={endReason} />
      <SessionOnly view={view} />
    </>
  );
}

/** Shown without a problem; the time of the last sign-out is only a note. */
function Welcome({ ended }: { ended: Problem | undefined }) {
  return (
    <div class="hero">
      <span class="mark">
        <Icon name="account" />
      </span>
      <Heading>{text('signedOutTitle')}</Heading>
      {ended ? (
        <p class="note">
          {text('reason_by_user')} <Instant at={ended.at} />
        </p>
      ) : (
        <p class="note">{text('signedOutText')}</p>
      )}
    </div>
  );
}

function UnreadableStorage({ problem }: { problem: Problem }) {
  return (
    <>
      <Heading quiet>{text('unreadableTitle')}</Heading>
      <StorageError problem={problem} />
    </>
  );
}

/** A running attempt: its progress, its window, and a cancel button. */
function SigningIn({ view }: { view: View }) {
  const { phase } = view;
  const [noWindow, setNoWindow] = useState(false);
  useEffect(() => setNoWindow(false), [phase]);
  useWake();
  return (
    <>
      <div class="hero">
        <span class="mark">
          <Icon name="account" />
          <span class="spinner" aria-hidden="true" />
        </span>
        <div role="status">
          <Heading>{phaseWords(view)}</Heading>
          <p class="note">{text(noWindow ? 'noWindow' : 'signingInText')}</p>
        </div>
      </div>
      {phase === 'window' && (
        <CommandButton
          command="showWindow"
          label={text(isInTab(view) ? 'showTab' : 'showWindow')}
          variant="primary"
          onResult={(shown) => setNoWindow(shown === false)}
        />
      )}
      <CommandButton command="cancelSignIn" label={text('cancel')} />
    </>
  );
}

export const otherViews = { needsReauth: NeedsReauth, signedOut: SignedOut, signingIn: SigningIn };
