// Mozilla accounts ended the session: why, whose it was, and one click to go on.
import type { View } from '../../session/view.ts';
import { AccountCard } from '../ui/account-card.tsx';
import { CommandButton } from '../ui/command-button.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';

export function NeedsReauth({ view }: { view: View }) {
  return (
    <>
      <h1>{text('needsReauthTitle')}</h1>
      {view.account && <AccountCard account={view.account} />}
      {view.problem && <ProblemNote problem={view.problem} />}
      <CommandButton command="signIn" label={text('signIn')} primary />
      <CommandButton command="signOut" label={text('signOut')} />
    </>
  );
}
