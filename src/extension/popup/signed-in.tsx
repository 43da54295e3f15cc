// Somebody is signed in: who, and the way out.
import type { View } from '../../session/view.ts';
import { AccountCard } from '../ui/account-card.tsx';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { isCurrent } from '../ui/problem-age.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';

export function SignedIn({ view: { status, account, problem } }: { view: View }) {
  const shown = isCurrent(problem, status, Date.now());
  return (
    <>
      <Heading quiet>{text('signedInTitle')}</Heading>
      {account && <AccountCard account={account} />}
      {shown && <ProblemNote problem={shown} />}
      <CommandButton command="signOut" label={text('signOut')} />
    </>
  );
}
