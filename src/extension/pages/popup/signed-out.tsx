// Nobody is signed in: say so, say how that came about or what went wrong last, offer to sign in.
import type { Problem } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { Heading } from '../shared/heading.tsx';
import { Instant } from '../shared/instant.tsx';
import { ProblemNote } from '../shared/problem-note.tsx';
import { SessionOnly } from '../shared/session-only.tsx';
import { Sign } from '../shared/icon.tsx';
import { text } from '../shared/text.ts';
import { troubleOf } from '../shared/sign-in-problem.ts';
import { Unreadable } from '../shared/unreadable.tsx';
import { WayOn } from '../shared/error-actions.tsx';
import { wayOut } from '../shared/error-info.ts';

export function SignedOut({ view }: { view: View }) {
  const { problem, ended } = view;
  if (problem && wayOut(problem.code).way === 'reset') return <CannotRead problem={problem} />;
  const { current, grave, told } = troubleOf(view, Date.now());
  const unknown = grave && wayOut(grave.code).kind === 'storage';
  return (
    <>
      {grave || told ? (
        <Heading quiet>{text(unknown ? 'unreadableTitle' : 'signedOutTitle')}</Heading>
      ) : (
        <Welcome ended={ended} />
      )}
      {current && <ProblemNote problem={current} large={current === grave} />}
      {told && <ProblemNote problem={told} dated large={!grave} />}
      <WayOn view={view} problem={current} withAddress={!grave} told={told} />
      <SessionOnly view={view} />
    </>
  );
}

/** Nothing went wrong. Who signed out here knows it; when that was is told in passing. */
function Welcome({ ended }: { ended: Problem | undefined }) {
  return (
    <div class="hero">
      <span class="mark">
        <Sign name="account" />
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

function CannotRead({ problem }: { problem: Problem }) {
  return (
    <>
      <Heading quiet>{text('unreadableTitle')}</Heading>
      <Unreadable problem={problem} />
    </>
  );
}
