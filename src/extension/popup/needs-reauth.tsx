// Mozilla accounts ended the session: why, whose it was, and one click to go on.
import type { View } from '../../session/view.ts';
import { AccountCard } from '../ui/account-card.tsx';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { isCurrent } from '../ui/problem-age.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';
import { SignInButtons } from './sign-in-buttons.tsx';

export function NeedsReauth({ view: { status, account, problem, ended } }: { view: View }) {
  const current = isCurrent(problem, status, Date.now());
  return (
    <>
      <Heading>{text('needsReauthTitle')}</Heading>
      {account && <AccountCard account={account} />}
      {current && <ProblemNote problem={current} />}
      {ended && <ProblemNote problem={ended} dated />}
      <SignInButtons
        label={text(problem?.code === 'interrupted' ? 'continue' : 'signIn')}
        windowless={problem?.code === 'unsupported'}
      />
      <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} look="link" />
      <CommandButton command="signOut" label={text('signOut')} />
    </>
  );
}
