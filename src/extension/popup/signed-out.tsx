// Nobody is signed in: say so, say how that came about or what went wrong last, offer to sign in.
import type { Problem } from '../../session/state.ts';
import type { View } from '../../session/view.ts';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { Instant } from '../ui/instant.tsx';
import { isCurrent } from '../ui/problem-age.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';
import { SessionOnly } from './session-only.tsx';
import { SignInButtons } from './sign-in-buttons.tsx';

export function SignedOut({ view }: { view: View }) {
  const { status, problem, ended, emailDomain } = view;
  if (problem?.code === 'storage_newer' || problem?.code === 'storage_corrupt')
    return <Unreadable view={view} />;
  const current = isCurrent(problem, status, Date.now());
  return (
    <>
      <Heading>{text('signedOutTitle')}</Heading>
      {current && <ProblemNote problem={current} />}
      {ended && <Ended ended={ended} among={current} />}
      {!current && !ended && <p>{text('signedOutText')}</p>}
      {emailDomain !== undefined && <p>{text('useDomain', emailDomain)}</p>}
      <SignInButtons
        label={text(problem?.code === 'interrupted' ? 'continue' : 'signIn')}
        windowless={problem?.code === 'unsupported'}
      />
      <SessionOnly view={view} />
    </>
  );
}

/** Who signed out here knows it; everybody else is told why, also beside what went wrong since. */
function Ended({ ended, among }: { ended: Problem; among: Problem | undefined }) {
  if (ended.reason !== 'by_user') return <ProblemNote problem={ended} dated />;
  if (among) return null;
  return (
    <p class="note">
      {text('reason_by_user')} <Instant at={ended.at} />
    </p>
  );
}

/** Nothing is written over what cannot be read, until the person says so. */
function Unreadable({ view: { problem } }: { view: View }) {
  return (
    <>
      <Heading>{text('unreadableTitle')}</Heading>
      {problem && <ProblemNote problem={problem} />}
      <CommandButton command="reset" label={text('reset')} />
    </>
  );
}
