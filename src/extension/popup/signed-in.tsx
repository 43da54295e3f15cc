// Somebody is signed in: who, and the ways out.
import type { View } from '../../session/view.ts';
import { AccountCard } from '../ui/account-card.tsx';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { isCurrent, isNews } from '../ui/problem-age.ts';
import { ProblemNote } from '../ui/problem-note.tsx';
import { text } from '../ui/text.ts';
import { facts } from '../page-facts.ts';
import { SessionOnly } from './session-only.tsx';

export function SignedIn({ view }: { view: View }) {
  const { status, account, problem, unfinished, replacedOther, since = 0 } = view;
  const shown = unfinished ? problem : isCurrent(problem, status, Date.now());
  return (
    <>
      <Heading quiet>{text('signedInTitle')}</Heading>
      {account && <AccountCard account={account} />}
      {replacedOther && isNews(since, Date.now()) && <p class="note">{text('replacedOther')}</p>}
      {shown && <ProblemNote problem={shown} />}
      {unfinished && (
        <>
          <CommandButton command="signIn" label={text('continue')} look="primary" />
          <CommandButton command="dismissProblem" label={text('dismiss')} look="link" />
        </>
      )}
      <CommandButton command="signOut" label={text('signOut')} />
      <details>
        <summary>{text('otherAccount')}</summary>
        <CommandButton command="signOutAndAsk" label={text('signOutAndAsk')} look="link" />
        <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} look="link" />
        <SessionOnly view={view} />
      </details>
      <p class="note">
        {text('staysSignedIn')}{' '}
        {facts.connectedServices !== undefined && (
          <a href={facts.connectedServices} target="_blank" rel="noreferrer">
            {text('connectedServices')}
          </a>
        )}
      </p>
    </>
  );
}
