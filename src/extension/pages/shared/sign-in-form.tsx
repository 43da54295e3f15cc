// The form for signing in in a window or tab, with an optional email address.
import { useId, useRef, useState } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { facts } from '../../facts.ts';
import { call } from '../../browser/messaging.ts';
import { askForReturnPage } from '../../browser/pages/permissions.ts';
import { keepTypedAddress } from '../../browser/pages/storage.ts';
import { Alert } from './layout.tsx';
import { CommandError, useCommandError } from './problem-note.tsx';
import { text } from './text.tsx';

interface Props {
  label: string;
  view: View;
  /** Shows a field for the email address. */
  withAddress?: boolean;
  /** True if the browser has no sign-in window, so that only a tab is possible. */
  windowless?: boolean;
  /** Makes the button secondary, because another action comes first. */
  second?: boolean;
  /** The last attempt failed; the next one uses the same address. */
  again?: boolean;
}

/** The typed address, kept while the page is open, since the form may unmount. The background uses it once. */
let typed = '';

export function SignInForm({ label, view, withAddress, windowless, second, again }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  const [refused, setRefused] = useState(false);
  const { failed, attempt } = useCommandError();
  const id = useId();
  useState(() => {
    if (!again) typed = '';
  });
  const { emailDomain, inTab } = view;
  // Only the background knows whether the server in use has the build's return page.
  const returnPagePattern = view.tab ? facts.returnPagePattern : undefined;

  const start = (way: 'signIn' | 'signInInTab') => {
    const invalid = field.current?.validity.valid === false;
    setWrong(invalid);
    setRefused(false);
    if (invalid) {
      void attempt();
      field.current?.focus();
      return;
    }
    const kept = keepTypedAddress(typed).catch(() => undefined);
    void attempt(way === 'signIn' ? kept.then(() => call('signIn')) : callInTab(kept));
  };
  /** Call it within the click. The prompt may close the popup; the background gets an event when granted. */
  const callInTab = (kept: Promise<void>) => {
    const asked = returnPagePattern === undefined ? undefined : askForReturnPage([returnPagePattern]);
    const called = kept.then(() => call('signInInTab'));
    const refuse = async () => {
      setRefused(true);
      // Cancels the waiting sign-in and clears the address.
      await called.catch(() => undefined);
      await call('cancelSignIn').catch(() => undefined);
    };
    asked?.then(
      (granted) => (granted ? undefined : refuse()),
      () => setRefused(true),
    );
    return called;
  };

  const hasTab = returnPagePattern !== undefined;
  const tabFirst = hasTab && (inTab === true || windowless === true);
  const first = second ? 'secondary' : 'primary';
  return (
    <form
      noValidate
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        start(tabFirst ? 'signInInTab' : 'signIn');
      }}
    >
      {withAddress && (
        <div class="field">
          <label for={id}>{text('addressLabel')}</label>
          <input
            id={id}
            ref={field}
            type="email"
            autocomplete="email"
            dir="ltr"
            defaultValue={typed}
            placeholder={emailDomain === undefined ? undefined : `name@${emailDomain}`}
            aria-invalid={wrong}
            aria-describedby={`${id}-note`}
            onInput={({ currentTarget }) => {
              typed = currentTarget.value;
              setWrong(false);
            }}
          />
          <p class={wrong ? 'wrong' : 'note'} id={`${id}-note`} role={wrong ? 'alert' : undefined}>
            {wrong
              ? text('addressWrong')
              : emailDomain === undefined
                ? text('addressNote')
                : text('useDomain', emailDomain)}
          </p>
        </div>
      )}
      <button type="submit" class={first}>
        {windowless && hasTab ? text('signInInTab') : label}
      </button>
      {hasTab && (
        <button
          type="button"
          class={windowless ? undefined : 'link'}
          onClick={() => start(tabFirst ? 'signIn' : 'signInInTab')}
        >
          {windowless ? label : text(tabFirst ? 'signInInWindow' : 'signInInTab')}
        </button>
      )}
      {refused && <Alert>{text('tabRefused')}</Alert>}
      <CommandError code={failed} />
    </form>
  );
}
