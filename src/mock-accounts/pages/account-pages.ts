/** The person's own pages: sign in without a client, and the settings with their connected services. */
import type { Context } from 'hono';
import { forgetSession, rememberSession, signedIn, type SignedIn } from '../auth/session.ts';
import { PASSWORD_MIN } from '../auth/accounts.ts';
import { needsSecondStep } from '../auth/totp.ts';
import type { MockContext } from '../context.ts';
import { submitForm } from './sign-in-actions.ts';
import { confirmForm, type Purpose, signInForm, secondStepForm } from './forms.ts';
import { render } from './layout.ts';
import { settingsPage } from './settings-page.ts';

const HERE: Purpose = { name: 'account settings' };

/** `GET /signin`. */
export function showSignIn(_context: MockContext, c: Context): Promise<Response> {
  return render(c, signInForm(HERE, {}));
}

/** `POST /signin`. */
export async function actSignIn(context: MockContext, c: Context): Promise<Response> {
  const outcome = submitForm(context, HERE, await c.req.parseBody(), signedIn(context, c));
  if (outcome === undefined) return c.redirect('/signin', 303);
  if ('page' in outcome) return render(c, outcome.page);
  rememberSession(context, c, outcome.session);
  if (!outcome.account.verified) return render(c, confirmForm(outcome.account));
  if (needsSecondStep(outcome.account, outcome.session)) {
    return render(c, secondStepForm(context, outcome.account));
  }
  return c.redirect('/settings', 303);
}

/** `GET /settings`. */
export function showSettings(context: MockContext, c: Context): Response | Promise<Response> {
  const who = signedIn(context, c);
  if (who === undefined) return c.redirect('/signin', 303);
  return render(c, settingsPage(context, who));
}

type Form = Readonly<Record<string, unknown>>;

/** Does what a settings form asks; a sentence back is a problem to show. */
function change(context: MockContext, who: SignedIn, form: Form): string | undefined {
  const { store } = context;
  switch (form.intent) {
    case 'disconnect':
      store.disconnect(who.account.uid, typeof form.client_id === 'string' ? form.client_id : '');
      return undefined;
    case 'change-password': {
      const next = form.new_password;
      if (form.password !== who.account.password) return 'Incorrect password';
      if (typeof next !== 'string' || next.length < PASSWORD_MIN)
        return `Password must be at least ${PASSWORD_MIN} characters`;
      store.changePassword(who.account, next, who.session.token);
      return undefined;
    }
    case 'metrics':
      store.setMetricsEnabled(who.account, form.metrics === 'on');
      return undefined;
    case 'delete-account':
      if (form.password !== who.account.password) return 'Incorrect password';
      store.deleteAccount(who.account.uid);
      return undefined;
    case 'sign-out':
      store.sessions.close(who.session.token);
      return undefined;
    default:
      return 'Unknown action';
  }
}

/** `POST /settings`. */
export async function actSettings(context: MockContext, c: Context): Promise<Response> {
  const who = signedIn(context, c);
  if (who === undefined) return c.redirect('/signin', 303);
  const problem = change(context, who, await c.req.parseBody());
  if (problem !== undefined) return render(c, settingsPage(context, who, problem));
  const still = context.store.sessions.find(who.session.token) !== undefined;
  if (!still) forgetSession(context, c);
  return c.redirect(still ? '/settings' : '/signin', 303);
}
