// The signed-in view: account and sign-out. Everything else loads after the first paint.
import type { AccountView, View } from '../../../session/state/view.ts';
import { AccountCard } from '../shared/account-card.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { Heading } from '../shared/heading.tsx';
import { lazy } from '../shared/lazy.tsx';
import { isCurrent, isNews, isRecent } from '../shared/problem-age.ts';
import { ProblemNote } from '../shared/problem-note.tsx';
import { text } from '../shared/text.ts';
import { Name } from './name.tsx';

const More = lazy(async () => (await import('./signed-in-more.tsx')).SignedInMore);

export function SignedIn({ view }: { view: View }) {
  const { status, account, problem, unfinished, replacedOther, since = 0 } = view;
  const open = unfinished && problem && isRecent(problem, Date.now());
  const shown = open ? problem : isCurrent(problem, status, Date.now());
  return (
    <>
      <Heading quiet>{text('signedInTitle')}</Heading>
      {account && <Account account={account} loading={account.awaited === true && !shown} />}
      {replacedOther && isNews(since, Date.now()) && <p class="note">{text('replacedOther')}</p>}
      {shown && <ProblemNote problem={shown} />}
      {open && (
        <>
          <CommandButton command="signIn" label={text('continue')} look="primary" />
          <CommandButton command="dismissProblem" label={text('dismiss')} look="link" />
        </>
      )}
      <CommandButton command="signOut" label={text('signOut')} />
      <More view={view} />
    </>
  );
}

function Account({ account, loading }: { account: AccountView; loading: boolean }) {
  const { mayChange = [] } = account;
  return (
    <AccountCard
      account={account}
      loading={loading}
      name={mayChange.includes('name') ? <Name account={account} /> : undefined}
    >
      {mayChange.includes('picture') && (
        <a href="../picture/index.html" target="_blank">
          {text('changePicture')}
        </a>
      )}
    </AccountCard>
  );
}
