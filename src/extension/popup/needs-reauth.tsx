// Mozilla accounts ended the session: why, whose it was, and one click to go on.
import type { View } from '../../session/view.ts';
import { AccountCard } from '../ui/account-card.tsx';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { isCurrent } from '../ui/problem-age.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';

export function NeedsReauth({ view: { status, account, problem, ended } }: { view: View }) {
  const shown = isCurrent(problem, status, Date.now()) ?? ended;
  return (
    <>
      <Heading>{text('needsReauthTitle')}</Heading>
      {account && <AccountCard account={account} />}
      {shown && <ProblemNote problem={shown} />}
      <CommandButton command="signIn" label={text('signIn')} primary />
      <CommandButton command="signOut" label={text('signOut')} />
    </>
  );
}
