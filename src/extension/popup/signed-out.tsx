// Nobody is signed in: say so, say what went wrong last, offer to sign in.
import type { View } from '../../session/view.ts';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { isCurrent } from '../ui/problem-age.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';

export function SignedOut({ view: { status, problem } }: { view: View }) {
  const shown = isCurrent(problem, status, Date.now());
  const interrupted = problem?.code === 'interrupted';
  return (
    <>
      <Heading>{text('signedOutTitle')}</Heading>
      {shown ? <ProblemNote problem={shown} /> : <p>{text('signedOutText')}</p>}
      <CommandButton command="signIn" label={text(interrupted ? 'continue' : 'signIn')} primary />
    </>
  );
}
