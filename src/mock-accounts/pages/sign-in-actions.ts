/** Coming in: what the sign-in, sign-up and confirmation forms do, whoever shows them. */
import { EMAIL, PASSWORD_MIN } from '../auth/accounts.ts';
import type { SignedIn } from '../auth/session.ts';
import type { World } from '../context.ts';
import { confirmForm, type Purpose, resetForm, signInForm, signUpForm } from './forms.ts';
import type { Page } from './layout.ts';

/** Somebody is in, or a page says what to do next. */
export type Entered = SignedIn | { readonly page: Page };
type Form = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function signIn(world: World, purpose: Purpose, form: Form): Entered {
  const email = text(form.email).trim();
  const account = world.store.accounts.byEmail(email);
  if (account === undefined) return { page: signInForm(purpose, { email, problem: 'Unknown account' }) };
  if (account.password !== form.password) {
    return { page: signInForm(purpose, { email, problem: 'Incorrect password' }) };
  }
  return { account, session: world.store.sessions.open(account.uid) };
}

function signUp(world: World, purpose: Purpose, form: Form): Entered {
  const { accounts, sessions } = world.store;
  const email = text(form.email).trim();
  const password = text(form.password);
  const refuse = (problem: string): Entered => ({ page: signUpForm(purpose, { email, problem }) });
  if (!EMAIL.test(email)) return refuse('Valid email required');
  if (password.length < PASSWORD_MIN) return refuse(`Password must be at least ${PASSWORD_MIN} characters`);
  if (accounts.byEmail(email) !== undefined) return refuse('Account already exists');
  const account = accounts.add({ email, password, verified: false });
  return { account, session: sessions.open(account.uid) };
}

function reset(world: World, purpose: Purpose, form: Form): Entered {
  const { accounts, sessions } = world.store;
  const email = text(form.email).trim();
  const password = text(form.password);
  const refuse = (problem: string): Entered => ({ page: resetForm(purpose, { email, problem }) });
  const account = accounts.byEmail(email);
  if (account === undefined) return refuse('Unknown account');
  if (password.length < PASSWORD_MIN) return refuse(`Password must be at least ${PASSWORD_MIN} characters`);
  world.store.resetPassword(account, password);
  return { account, session: sessions.open(account.uid) };
}

function confirm(who: SignedIn, form: Form): Entered {
  if (text(form.code).trim() !== who.account.confirmationCode) {
    return { page: confirmForm(who.account, 'Invalid verification code') };
  }
  who.account.verified = true;
  return who;
}

/** Does what the form's `intent` says; undefined when it is none of these. */
export function enter(
  world: World,
  purpose: Purpose,
  form: Form,
  who: SignedIn | undefined,
): Entered | undefined {
  switch (form.intent) {
    case 'signin':
      return signIn(world, purpose, form);
    case 'signup':
      return signUp(world, purpose, form);
    case 'reset':
      return reset(world, purpose, form);
    case 'confirm':
      return who === undefined ? { page: signInForm(purpose, {}) } : confirm(who, form);
    case 'show-signin':
      return { page: signInForm(purpose, {}) };
    case 'show-reset':
      return { page: resetForm(purpose, { email: text(form.email) }) };
    case 'show-signup':
      return { page: signUpForm(purpose, {}) };
    default:
      return undefined;
  }
}
