// Signing in, with the address first for those who want to type it here: in the browser's own window, or in a tab.
import { useId, useRef, useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { View } from '../../../session/state/view.ts';
import { facts } from '../../page-facts.ts';
import { call } from '../../browser/messaging.ts';
import { askForReturnPage } from '../../browser/pages/permissions.ts';
import { keepTypedAddress } from '../../browser/pages/typed-email.ts';
import { ProblemNote } from './problem-note.tsx';
import { text } from './text.ts';

interface Props {
  label: string;
  view: View;
  /** Whether the address can be typed here. */
  withAddress?: boolean;
  /** Where the browser has no window of its own, the tab is what is left. */
  windowless?: boolean;
  /** Something else is to be done first. */
  second?: boolean;
  /** The last attempt failed; the next is made with the same address. */
  again?: boolean;
}

/** What was typed, while its page is open: the form makes room for other views in between. The background uses it once. */
let typed = '';

export function SignInForm({ label, view, withAddress, windowless, second, again }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState(false);
  const [refused, setRefused] = useState(false);
  const [failed, setFailed] = useState<FxaErrorCode>();
  const id = useId();
  useState(() => {
    if (!again) typed = '';
  });
  const { emailDomain, inTab } = view;
  // The build knows the return page of its own server; the background, whether that is the one it works for.
  const returnPagePattern = view.tab ? facts.returnPagePattern : undefined;

  const start = (way: 'signIn' | 'signInInTab') => {
    const invalid = field.current?.validity.valid === false;
    setWrong(invalid);
    setRefused(false);
    setFailed(undefined);
    if (invalid) {
      field.current?.focus();
      return;
    }
    const kept = keepTypedAddress(typed).catch(() => undefined);
    const called = way === 'signIn' ? kept.then(() => call('signIn')) : callInTab(kept);
    called.catch((error: unknown) => setFailed((error as Error).message as FxaErrorCode));
  };
  /** Within the click: the question may close this popup, and the background hears of a yes by itself. */
  const callInTab = (kept: Promise<void>) => {
    const asked = returnPagePattern === undefined ? undefined : askForReturnPage([returnPagePattern]);
    const called = kept.then(() => call('signInInTab'));
    const refuse = async () => {
      setRefused(true);
      // What waits for a yes is taken back, and the address with it.
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
      {hasTab && windowless && (
        <button type="button" onClick={() => start('signIn')}>
          {label}
        </button>
      )}
      {hasTab && !windowless && (
        <button type="button" class="link" onClick={() => start(tabFirst ? 'signIn' : 'signInInTab')}>
          {text(tabFirst ? 'signInInWindow' : 'signInInTab')}
        </button>
      )}
      {refused && (
        <p class="note" role="alert">
          {text('tabRefused')}
        </p>
      )}
      {failed && <ProblemNote problem={{ code: failed, at: Date.now() }} />}
    </form>
  );
}
