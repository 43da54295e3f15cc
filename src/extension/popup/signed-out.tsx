// Nobody is signed in: say so, say what went wrong last, offer to sign in.
import type { View } from '../../session/view.ts';
import { CommandButton } from '../ui/command-button.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';

export function SignedOut({ view }: { view: View }) {
  const interrupted = view.problem?.code === 'interrupted';
  return (
    <>
      <h1>{text('signedOutTitle')}</h1>
      {view.problem ? <ProblemNote problem={view.problem} /> : <p>{text('signedOutText')}</p>}
      <CommandButton command="signIn" label={text(interrupted ? 'continue' : 'signIn')} primary />
    </>
  );
}
