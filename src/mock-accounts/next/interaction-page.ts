/** The sign-in page of the next server: the same forms as today's; then the server redirects, not a script. */
import type { Context } from 'hono';
import { rememberSession, signedIn, type SignedIn } from '../auth/session.ts';
import { needsSecondStep } from '../auth/totp.ts';
import type { MockContext } from '../context.ts';
import {
  confirmForm,
  continueForm,
  errorPage,
  secondStepForm,
  signInForm,
  signUpForm,
} from '../pages/forms.ts';
import { type Page, render } from '../pages/layout.ts';
import { submitForm } from '../pages/sign-in-actions.ts';
import { valuesOf } from './configuration.ts';
import type { NextServer } from './provider.ts';

const GONE = 'This sign-in is over. Please close this window and try again.';

type Parameters = Readonly<Record<string, unknown>>;

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

const show = async (c: Context, page: Page | Promise<Page>) =>
  render(c, { ...(await page), redirectsToClient: true });

/** `/interaction/:uid`, for reading and for its forms. */
export async function interactionPage(context: MockContext, next: NextServer, c: Context): Promise<Response> {
  const uid = c.req.param('uid') ?? '';
  const parameters = await next.interaction(uid);
  const client = context.store.clients.get(text(parameters?.client_id) ?? '');
  if (parameters === undefined || client === undefined) return show(c, errorPage(GONE));
  const who = signedIn(context, c);
  if (c.req.method === 'GET') {
    const asksAnew = needsPassword(context, parameters, who);
    const email = text(parameters.email) ?? text(parameters.login_hint);
    if (who !== undefined && !asksAnew) return show(c, continueForm(context, client, who.account));
    const unknown = email !== undefined && context.store.accounts.byEmail(email) === undefined;
    const form = parameters.action === 'signup' || unknown ? signUpForm : signInForm;
    return show(c, form(client, { email: email ?? who?.account.email }));
  }
  const form = await c.req.parseBody();
  const outcome = form.intent === 'continue' ? who : submitForm(context, client, form, who);
  if (outcome === undefined) return show(c, signInForm(client, {}));
  if ('page' in outcome) return show(c, outcome.page);
  rememberSession(context, c, outcome.session);
  if (!outcome.account.verified) return show(c, confirmForm(outcome.account));
  if (needsSecondStep(outcome.account, outcome.session))
    return show(c, secondStepForm(context, outcome.account));
  const onwards = await next.finish(uid, outcome.session);
  return onwards === undefined ? show(c, errorPage(GONE)) : c.redirect(onwards, 303);
}

function needsPassword({ now }: MockContext, parameters: Parameters, who: SignedIn | undefined): boolean {
  if (who === undefined) return true;
  const age = (now() - who.session.lastAuthAt) / 1000;
  const maxAge = parameters.max_age;
  const isOld = typeof maxAge === 'number' && (maxAge === 0 || age > maxAge);
  const named = text(parameters.email) ?? text(parameters.login_hint);
  const isOther = named !== undefined && named.toLowerCase() !== who.account.email.toLowerCase();
  return isOld || isOther || valuesOf(parameters.prompt).includes('login');
}
