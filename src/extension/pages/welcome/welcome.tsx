// The introduction for new users, with the state of the sign-in and its actions.
import { useId, useRef } from 'preact/hooks';
import { Heading, Section, TesterNote, useRestoredFocus } from '../shared/layout.tsx';
import { MetricsChoice, SessionOnly } from '../shared/settings.tsx';
import type { Ref } from 'preact';
import type { View } from '../../../session/state/view.ts';
import { AccountCard } from '../shared/account-card.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { phaseWords, useWake } from '../shared/progress.ts';
import { ProblemNote } from '../shared/problem-note.tsx';
import { text } from '../shared/text.tsx';
import { errorInfo, signInProblem } from '../../problems.ts';
import { ErrorActions, StorageError } from '../shared/error-actions.tsx';

export function Welcome({ view }: { view: View }) {
  const state = useRef<HTMLHeadingElement>(null);
  useRestoredFocus(() => state.current, view.status);
  return (
    <main class="wide" data-status={view.status}>
      <TesterNote />
      <Heading>{text('welcomeTitle')}</Heading>
      <p class="lead">{text('welcomeText')}</p>
      <Toolbar />
      <p>{text('welcomePin')}</p>
      <SignIn view={view} heading={state} />
      <Section title={text('welcomeStoredTitle')}>
        <p>{text('welcomeStored')}</p>
      </Section>
      <Section title={text('welcomePrivateTitle')}>
        <p>{text('welcomePrivate')}</p>
      </Section>
      <Section title={text('optionsMetrics')}>
        <MetricsChoice view={view} />
      </Section>
      <nav class="links" aria-label={text('welcomeMore')}>
        <a href="../options/index.html">{text('settings')}</a>
        <a href="../doctor/index.html">{text('somethingWrong')}</a>
      </nav>
    </main>
  );
}

/** A picture of a toolbar with this extension's button; the text next to it says the same. */
function Toolbar() {
  return (
    <svg class="toolbar" viewBox="0 0 420 84" aria-hidden="true">
      <rect class="frame" x="1" y="1" width="418" height="82" rx="12" />
      <path class="frame" d="M16 24h60a8 8 0 0 1 8 8v10H8V32a8 8 0 0 1 8-8Z" />
      <path class="line" d="M24 62h14M24 62l6-6M24 62l6 6M54 62h14M68 62l-6-6M68 62l-6 6" />
      <rect class="field" x="88" y="50" width="206" height="24" rx="8" />
      <circle class="halo" cx="326" cy="62" r="18" />
      <rect class="button" x="314" y="50" width="24" height="24" rx="6" />
      <circle class="person" cx="326" cy="58.5" r="4" />
      <path class="person" d="M318 70c.4-5 3.6-7 8-7s7.6 2 8 7Z" />
      <path class="line" d="M358 55h6a3.5 3.5 0 1 1 7 0h6v6a3.5 3.5 0 1 1 0 7v5h-19Z" />
      <path class="line" d="M392 56h14M392 62h14M392 68h14" />
    </svg>
  );
}

interface Props {
  view: View;
  /** Takes the focus when the focused element disappears. */
  heading: Ref<HTMLHeadingElement>;
}

function SignIn({ view, heading }: Props) {
  const id = useId();
  const { status, account } = view;
  const { title, note } = wordsFor(view);
  return (
    <section class="state" aria-labelledby={id}>
      <div role="status">
        <h2 id={id} ref={heading} tabIndex={-1}>
          {title}
        </h2>
        {note !== undefined && <p>{note}</p>}
      </div>
      {status === 'signingIn' && <Running />}
      {status === 'signedIn' && account && (
        <AccountCard account={account} loading={account.profilePending === true && !view.problem} />
      )}
      {(status === 'signedOut' || status === 'needsReauth') && <WayIn view={view} />}
    </section>
  );
}

function wordsFor(view: View): { title: string; note?: string } {
  const { status, phase, problem } = view;
  if (status === 'signingIn') {
    const title = phaseWords(view);
    return phase === 'finishing' ? { title } : { title, note: text('welcomeSigningIn') };
  }
  if (status === 'signedIn') return { title: text('signedInTitle'), note: text('welcomeSignedIn') };
  if (status === 'needsReauth') return { title: text('needsReauthTitle') };
  const unreadable = problem && errorInfo(problem.code).severity === 'storage';
  return { title: text(unreadable ? 'unreadableTitle' : 'signedOutTitle') };
}

function Running() {
  useWake();
  return <CommandButton command="cancelSignIn" label={text('cancel')} />;
}

/** As in the popup: the last problem, why the session ended, and the actions. */
function WayIn({ view }: { view: View }) {
  const { status, problem } = view;
  if (problem && errorInfo(problem.code).action === 'reset') return <StorageError problem={problem} />;
  const { current, blocking, endReason } = signInProblem(view, Date.now());
  return (
    <>
      {current && <ProblemNote problem={current} />}
      {endReason && <ProblemNote problem={endReason} dated />}
      <ErrorActions
        view={view}
        problem={current}
        withAddress={!blocking && status === 'signedOut'}
        endReason={status === 'signedOut' ? endReason : undefined}
      />
      {view.sessionOnly === 'by_browser' && <SessionOnly view={view} />}
    </>
  );
}
