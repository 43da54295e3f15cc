// The view after Mozilla accounts ended the session: the reason, the account, and a button to continue.
import type { View } from '../../../session/state/view.ts';
import { AccountCard } from '../shared/account-card.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { Heading } from '../shared/heading.tsx';
import { isCurrent } from '../shared/problem-age.ts';
import { ProblemNote } from '../shared/problem-note.tsx';
import { SessionOnly } from '../shared/session-only.tsx';
import { text } from '../shared/text.ts';
import { ErrorActions } from '../shared/error-actions.tsx';
import { errorInfo } from '../shared/error-info.ts';

export function NeedsReauth({ view }: { view: View }) {
  const { status, account, problem, ended } = view;
  const current = isCurrent(problem, status, Date.now());
  const other = current !== undefined && errorInfo(current.code).action === 'otherAccount';
  return (
    <>
      <Heading>{text('needsReauthTitle')}</Heading>
      {account && <AccountCard account={account} />}
      {current && <ProblemNote problem={current} />}
      {ended && <ProblemNote problem={ended} dated />}
      <ErrorActions view={view} problem={current} />
      {view.sessionOnly === 'by_browser' && <SessionOnly view={view} />}
      {!other && <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} look="link" />}
      <CommandButton command="signOut" label={text('signOut')} look="link" />
    </>
  );
}
