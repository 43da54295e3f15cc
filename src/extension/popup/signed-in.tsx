// Somebody is signed in: who, and the way out.
import type { View } from '../../session/view.ts';
import { AccountCard } from '../ui/account-card.tsx';
import { CommandButton } from '../ui/command-button.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';

export function SignedIn({ view }: { view: View }) {
  return (
    <>
      <h1 class="quiet">{text('signedInTitle')}</h1>
      {view.account && <AccountCard account={view.account} />}
      {view.problem && <ProblemNote problem={view.problem} />}
      <CommandButton command="signOut" label={text('signOut')} />
    </>
  );
}
