/** Handles the sign-in, sign-up and confirmation forms of all pages. */
import { EMAIL, PASSWORD_MIN } from '../auth/accounts.ts';
import type { SignedIn } from '../auth/session.ts';
import type { MockContext } from '../context.ts';
import { confirmSecondStep, isTotpCode } from '../auth/totp.ts';
import { confirmForm, type Purpose, resetForm, secondStepForm, signInForm, signUpForm } from './forms.ts';
import type { Page } from './layout.ts';

/** A signed-in user, or the page to show next. */
export type FormOutcome = SignedIn | { readonly page: Page };
type Form = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function signIn(context: MockContext, purpose: Purpose, form: Form): FormOutcome {
  const email = text(form.email).trim();
  const account = context.store.accounts.byEmail(email);
  if (account === undefined) return { page: signInForm(purpose, { email, problem: 'Unknown account' }) };
  const { customs } = context;
  const blockedFor = customs.blockedFor(email);
  if (blockedFor !== undefined) {
    const problem = `You’ve tried too many times. Please try again in ${Math.ceil(blockedFor / 60)} minutes.`;
    return { page: signInForm(purpose, { email, problem }) };
  }
  if (account.password !== form.password) {
    customs.noteWrongPassword(email);
    return { page: signInForm(purpose, { email, problem: 'Incorrect password' }) };
  }
  return { account, session: context.store.sessions.open(account.uid) };
}

function signUp(context: MockContext, purpose: Purpose, form: Form): FormOutcome {
  const { accounts, sessions } = context.store;
  const email = text(form.email).trim();
  const password = text(form.password);
  const refuse = (problem: string): FormOutcome => ({ page: signUpForm(purpose, { email, problem }) });
  if (!EMAIL.test(email)) return refuse('Valid email required');
  if (password.length < PASSWORD_MIN) return refuse(`Password must be at least ${PASSWORD_MIN} characters`);
  if (accounts.byEmail(email) !== undefined) return refuse('Account already exists');
  const account = accounts.add({ email, password, verified: false });
  return { account, session: sessions.open(account.uid) };
}

function reset(context: MockContext, purpose: Purpose, form: Form): FormOutcome {
  const { accounts, sessions } = context.store;
  const email = text(form.email).trim();
  const password = text(form.password);
  const refuse = (problem: string): FormOutcome => ({ page: resetForm(purpose, { email, problem }) });
  const account = accounts.byEmail(email);
  if (account === undefined) return refuse('Unknown account');
  if (password.length < PASSWORD_MIN) return refuse(`Password must be at least ${PASSWORD_MIN} characters`);
  context.store.resetPassword(account, password);
  return { account, session: sessions.open(account.uid) };
}

function confirm(who: SignedIn, form: Form): FormOutcome {
  if (text(form.code).trim() !== who.account.confirmationCode) {
    return { page: confirmForm(who.account, 'Invalid verification code') };
  }
  who.account.verified = true;
  return who;
}

function takeSecondStep(context: MockContext, who: SignedIn, form: Form): FormOutcome {
  if (!isTotpCode(who.account, text(form.code).trim(), context.now())) {
    return { page: secondStepForm(context, who.account, 'Invalid two-step authentication code') };
  }
  confirmSecondStep(who.session);
  return who;
}

/** Handles the form by its `intent`; undefined for an unknown one. */
export function submitForm(
  context: MockContext,
  purpose: Purpose,
  form: Form,
  who: SignedIn | undefined,
): FormOutcome | undefined {
  switch (form.intent) {
    case 'signin':
      return signIn(context, purpose, form);
    case 'signup':
      return signUp(context, purpose, form);
    case 'reset':
      return reset(context, purpose, form);
    case 'confirm':
      return who === undefined ? { page: signInForm(purpose, {}) } : confirm(who, form);
    case 'second-step':
      return who === undefined ? { page: signInForm(purpose, {}) } : takeSecondStep(context, who, form);
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
