// The signed-out view: the last problem or the reason the session ended, and a way to sign in.
import type { Problem } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { Heading } from '../shared/heading.tsx';
import { Instant } from '../shared/instant.tsx';
import { ProblemNote } from '../shared/problem-note.tsx';
import { SessionOnly } from '../shared/session-only.tsx';
import { Icon } from '../shared/icon.tsx';
import { text } from '../shared/text.ts';
import { signInProblem } from '../shared/sign-in-problem.ts';
import { StorageError } from '../shared/unreadable.tsx';
import { ErrorActions } from '../shared/error-actions.tsx';
import { errorInfo } from '../shared/error-info.ts';

export function SignedOut({ view }: { view: View }) {
  const { problem, ended } = view;
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
