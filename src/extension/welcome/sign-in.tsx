// How things stand with the sign-in that may be begun here, and what can be done about it.
import type { Ref } from 'preact';
import { useId } from 'preact/hooks';
import type { View } from '../../session/view.ts';
import { AccountCard } from '../ui/account-card.tsx';
import { CommandButton } from '../ui/command-button.tsx';
import { isCurrent } from '../ui/problem-age.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';
import { Unreadable } from '../ui/unreadable.tsx';
import { useWake } from '../ui/wake.ts';
import { WayOn } from '../ui/way-on.tsx';
import { wayOut } from '../ui/way-out.ts';

interface Props {
  view: View;
  /** Can take the focus when what had it is gone. */
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
        <AccountCard account={account} coming={account.awaited === true && !view.problem} />
      )}
      {(status === 'signedOut' || status === 'needsReauth') && <WayIn view={view} />}
    </section>
  );
}

function wordsFor({ status, phase = 'checking', via, problem }: View): { title: string; note?: string } {
  if (status === 'signingIn') {
    const inTab = phase === 'window' && via === 'tab';
    const title = text(inTab ? 'phaseTab' : `phase_${phase}`);
    return phase === 'finishing' ? { title } : { title, note: text('welcomeSigningIn') };
  }
  if (status === 'signedIn') return { title: text('signedInTitle'), note: text('welcomeSignedIn') };
  if (status === 'needsReauth') return { title: text('needsReauthTitle') };
  const unreadable = problem && wayOut(problem.code).kind === 'storage';
  return { title: text(unreadable ? 'unreadableTitle' : 'signedOutTitle') };
}

function Running() {
  useWake();
  return <CommandButton command="cancelSignIn" label={text('cancel')} />;
}

/** As the popup has it: what went wrong, why the last session ended, and the way on. */
function WayIn({ view }: { view: View }) {
  const { status, problem, ended } = view;
  if (problem && wayOut(problem.code).way === 'reset') return <Unreadable problem={problem} />;
  const current = isCurrent(problem, status, Date.now());
  const grave = current !== undefined && current.code !== 'cancelled';
  return (
    <>
      {current && <ProblemNote problem={current} />}
      {ended && ended.reason !== 'by_user' && <ProblemNote problem={ended} dated />}
      <WayOn view={view} problem={current} withAddress={!grave && status === 'signedOut'} />
    </>
  );
}
