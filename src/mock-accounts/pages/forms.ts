/** The forms of the sign-in page. Every form posts to the address it stands on, with an `intent`. */
import { html } from 'hono/html';
import { PASSWORD_MIN } from '../auth/accounts.ts';
import { totpCode } from '../auth/totp.ts';
import { avatarOf } from '../profile/avatar-of.ts';
import type { Account } from '../store/types.ts';
import type { MockContext } from '../context.ts';
import type { Markup, Page } from './layout.ts';

/** For whom one signs in: the client's name, or the account pages themselves. */
export interface Purpose {
  readonly name: string;
}

const purposeLine = (purpose: Purpose) =>
  html`<p class="soft">to continue to <strong>${purpose.name}</strong></p>`;
const alert = (problem: string | undefined): Markup | '' =>
  problem === undefined ? '' : html`<p role="alert">${problem}</p>`;

/** The address and picture of an account. */
export function person(context: MockContext, account: Account): Markup {
  const name =
    account.displayName === undefined ? '' : html`<strong dir="auto">${account.displayName}</strong>`;
  return html`<div class="person">
    <img src="${avatarOf(context, account).avatar}" alt="" width="56" height="56" />
    <div>${name}<span>${account.email}</span></div>
  </div>`;
}

const emailField = (email = '', autofocus = false) =>
  html`<label for="email">Email</label>
    <input
      id="email"
      name="email"
      type="email"
      autocomplete="username"
      required
      value="${email}"
      ${autofocus ? 'autofocus' : ''}
    />`;

/** Address and password. */
export function signInForm(
  purpose: Purpose,
  given: { email?: string | undefined; problem?: string | undefined },
): Page {
  const filled = given.email !== undefined;
  return {
    title: 'Sign in',
    body: html`<h1>Sign in</h1>
      ${purposeLine(purpose)} ${alert(given.problem)}
      <form method="post">
        <input type="hidden" name="intent" value="signin" />
        ${emailField(given.email, !filled)}
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          ${filled ? 'autofocus' : ''}
        />
        <button class="main" type="submit">Sign in</button>
      </form>
      <form class="inline" method="post">
        <input type="hidden" name="intent" value="show-reset" />
        <input type="hidden" name="email" value="${given.email ?? ''}" />
        <button class="link" type="submit">Forgot your password?</button>
      </form>
      <form class="inline" method="post">
        <input type="hidden" name="intent" value="show-signup" />
        <button class="link" type="submit">Create an account</button>
      </form>`,
  };
}

/** A new account. */
export function signUpForm(
  purpose: Purpose,
  given: { email?: string | undefined; problem?: string | undefined },
): Page {
  return {
    title: 'Create an account',
    body: html`<h1>Create an account</h1>
      ${purposeLine(purpose)} ${alert(given.problem)}
      <form method="post">
        <input type="hidden" name="intent" value="signup" />
        ${emailField(given.email)} ${newPasswordField('Password')}
        <button class="main" type="submit">Create account</button>
      </form>
      <form class="inline" method="post">
        <input type="hidden" name="intent" value="show-signin" />
        <button class="link" type="submit">I have an account</button>
      </form>`,
  };
}

function newPasswordField(label: string) {
  return html`<label for="password">${label}</label>
    <input
      id="password"
      name="password"
      type="password"
      autocomplete="new-password"
      required
      minlength="${PASSWORD_MIN}"
    />`;
}

/** Resets a forgotten password. FxA: ends all sign-ins, and replaces the keys of apps. */
export function resetForm(
  purpose: Purpose,
  given: { email?: string | undefined; problem?: string | undefined },
): Page {
  return {
    title: 'Reset your password',
    body: html`<h1>Reset your password</h1>
      ${purposeLine(purpose)} ${alert(given.problem)}
      <p>
        Mozilla accounts would now send a code. Nothing is mailed here, so the address will do. All apps are
        signed out, and what they encrypted for you stays closed: they get new keys.
      </p>
      <form method="post">
        <input type="hidden" name="intent" value="reset" />
        ${emailField(given.email)} ${newPasswordField('New password')}
        <button class="main" type="submit">Reset password</button>
      </form>
      <form class="inline" method="post">
        <input type="hidden" name="intent" value="show-signin" />
        <button class="link" type="submit">I remember it</button>
      </form>`,
  };
}

function codeForm(intent: string) {
  return html`<form method="post">
    <input type="hidden" name="intent" value="${intent}" />
    <label for="code">Code</label>
    <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus />
    <button class="main" type="submit">Confirm</button>
  </form>`;
}

/** The confirmation code, shown because nothing is mailed here. */
export function confirmForm(account: Account, problem?: string): Page {
  return {
    title: 'Confirm your address',
    body: html`<h1>Confirm your address</h1>
      <p>
        Mozilla accounts would now send a code to <strong>${account.email}</strong>. Nothing is mailed here;
        this is the code:
      </p>
      <p class="code" data-testid="confirmation-code">${account.confirmationCode}</p>
      ${alert(problem)} ${codeForm('confirm')}`,
  };
}

/** The second step of signing in. The current code is shown, since no phone here knows the secret. */
export function secondStepForm(context: MockContext, account: Account, problem?: string): Page {
  return {
    title: 'Enter your security code',
    body: html`<h1>Enter your security code</h1>
      <p>An authenticator app would now show this code for <strong>${account.email}</strong>:</p>
      <p class="code" data-testid="security-code">${totpCode(account.totpSecret ?? '', context.now())}</p>
      ${alert(problem)} ${codeForm('second-step')}`,
  };
}

/** The browser is signed in here already. */
export function continueForm(context: MockContext, purpose: Purpose, account: Account): Page {
  return {
    title: 'Sign in',
    body: html`<h1>Signed in already</h1>
      ${purposeLine(purpose)} ${person(context, account)}
      <form method="post">
        <input type="hidden" name="intent" value="continue" />
        <button class="main" type="submit" autofocus>Continue</button>
      </form>
      <form class="inline" method="post">
        <input type="hidden" name="intent" value="show-signin" />
        <button class="link" type="submit">Use a different account</button>
      </form>`,
  };
}

const SCOPE_LABELS: Readonly<Record<string, string>> = {
  'profile:uid': 'your account’s identifier',
  'profile:email': 'your email address',
  'profile:display_name': 'your display name',
  'profile:avatar': 'your picture',
  openid: 'who you are',
};

/** What a client wants, for a person to allow. */
export function permissionForm(purpose: Purpose, scope: string): Page {
  return {
    title: 'Permission',
    body: html`<h1>${purpose.name} asks for</h1>
      <ul>
        ${scope.split(' ').map((value) => html`<li>${SCOPE_LABELS[value] ?? html`<code>${value}</code>`}</li>`)}
      </ul>
      <form method="post">
        <input type="hidden" name="intent" value="accept" />
        <button class="main" type="submit" autofocus>Accept</button>
      </form>`,
  };
}

/** An error that stays on the page. FxA: authorization errors are never sent back to the client. */
export function errorPage(message: string, status: 400 | 403 | 404 = 400): Page {
  return {
    title: 'Error',
    status,
    body: html`<h1>That did not work</h1>
      <p role="alert">${message}</p>`,
  };
}
