// Nobody is signed in: say so, say how that came about or what went wrong last, offer to sign in.
import type { Problem } from '../../session/state/states.ts';
import type { View } from '../../session/state/view.ts';
import { Heading } from '../ui/heading.tsx';
import { Instant } from '../ui/instant.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { SessionOnly } from '../ui/session-only.tsx';
import { Sign } from '../ui/sign.tsx';
import { text } from '../ui/text.ts';
import { troubleOf } from '../ui/trouble.ts';
import { Unreadable } from '../ui/unreadable.tsx';
import { WayOn } from '../ui/way-on.tsx';
import { wayOut } from '../ui/way-out.ts';

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
