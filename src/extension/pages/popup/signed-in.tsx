// The signed-in view: account and sign-out. Everything else loads after the first paint.
import type { FunctionComponent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AccountView, View } from '../../../session/state/view.ts';
import { AccountCard, PlainName } from '../shared/account-card.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { Icon } from '../shared/icon.tsx';
import { Heading } from '../shared/layout.tsx';
import { isCurrent, isNews, isRecent } from '../../problems.ts';
import { ProblemNote } from '../shared/problem-note.tsx';
import { text } from '../shared/text.tsx';

const NameEditor = lazy(async () => (await import('./name-editor.tsx')).NameEditor);
const More = lazy(async () => (await import('./signed-in-more.tsx')).SignedInMore);

export function SignedIn({ view }: { view: View }) {
  const { status, account, problem, unfinished, replacedOther, since = 0 } = view;
  const open = unfinished && problem && isRecent(problem, Date.now());
  const currentProblem = open ? problem : isCurrent(problem, status, Date.now());
  return (
    <>
      <Heading quiet>{text('signedInTitle')}</Heading>
      {account && <Account account={account} loading={account.profilePending === true && !currentProblem} />}
      {replacedOther && isNews(since, Date.now()) && <p class="note">{text('replacedOther')}</p>}
      {currentProblem && <ProblemNote problem={currentProblem} />}
      {open && (
        <>
          <CommandButton command="signIn" label={text('continue')} variant="primary" />
          <CommandButton command="dismissProblem" label={text('dismiss')} variant="link" />
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

/** The name, with a pencil button if it can be changed. */
function Name({ account }: { account: AccountView }) {
  const [editing, setEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const left = useRef(false);

  // Returns the focus to the pencil when the editor closes.
  useEffect(() => {
    if (!editing && left.current) pencil.current?.focus();
    left.current = editing;
  }, [editing]);

  const { uid, displayName = '' } = account;
  // Drops the edit when the account changes.
  if (editing) return <NameEditor key={uid} uid={uid} name={displayName} close={() => setEditing(false)} />;
  return (
    <div class="with-pencil">
      <PlainName account={account} />
      <button
        type="button"
        class="icon-button"
        ref={pencil}
        aria-label={text('editName')}
        title={text('editName')}
        onClick={() => setEditing(true)}
      >
        <Icon name="pencil" />
      </button>
    </div>
  );
}

/** A component that is loaded when first rendered. `load` is called once per page; until it resolves, nothing is shown. */
function lazy<Props extends object>(load: () => Promise<FunctionComponent<Props>>): FunctionComponent<Props> {
  let loading: Promise<void> | undefined;
  let Loaded: FunctionComponent<Props> | undefined;
  return function Lazy(props) {
    const [, setHere] = useState(false);
    loading ??= load().then((part) => {
      Loaded = part;
    });
    useEffect(() => {
      void loading?.then(() => setHere(true));
    }, []);
    return Loaded ? <Loaded {...props} /> : null;
  };
}
