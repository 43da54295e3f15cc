/** `/authorization`: the sign-in page. Always responds with 200; repeating a request changes nothing. */
import type { Context } from 'hono';
import { rememberSession, signedIn, type SignedIn } from '../auth/session.ts';
import type { Account } from '../store/types.ts';
import { needsSecondStep } from '../auth/totp.ts';
import type { MockContext } from '../context.ts';
import { submitForm, type FormOutcome } from './sign-in-actions.ts';
import { finishPage, goPage } from './redirect-page.ts';
import {
  confirmForm,
  continueForm,
  errorPage,
  permissionForm,
  signInForm,
  signUpForm,
  secondStepForm,
} from './forms.ts';
import { makeKeysJwe } from './keys.ts';
import { type Page, render } from './layout.ts';
import { refusalUrl, silentRefusal } from './prompt-none.ts';
import { type PageError, type PageRequest, readRequest } from './request.ts';

/** The user's progress on this page. */
interface Progress {
  readonly passwordEntered: boolean;
  readonly continued: boolean;
  readonly accepted: boolean;
  readonly signedUp: boolean;
}

const AT_THE_DOOR: Progress = { passwordEntered: false, continued: false, accepted: false, signedUp: false };

function needsPassword(context: MockContext, request: PageRequest, who: SignedIn): boolean {
  const age = (context.now() - who.session.lastAuthAt) / 1000;
  const tooOld = request.maxAge !== undefined && (request.maxAge === 0 || age > request.maxAge);
  const other =
    request.email !== undefined && request.email.toLowerCase() !== who.account.email.toLowerCase();
  // FxA: keys are derived from the password, so a session is not enough.
  return request.prompt === 'login' || tooOld || other || request.wantsKeys;
}

/** The sign-in form. FxA: an unknown email address leads to sign-up. */
function door(context: MockContext, request: PageRequest): Page {
  const unknown = request.email !== undefined && context.store.accounts.byEmail(request.email) === undefined;
  const wantsSignUp = request.action === 'signup' && !context.rules.monorepo;
  const form = wantsSignUp || unknown ? signUpForm : signInForm;
  return form(request.client, { email: request.email });
}

/** The last page, with the keys that are wanted. FxA: whatever goes wrong with them ends in the same sentence. */
async function withKeys(
  request: PageRequest,
  account: Account,
  did: 'signin' | 'signup' | undefined,
): Promise<Page> {
  try {
    return finishPage(request, did, await makeKeysJwe(request, account));
  } catch {
    return errorPage('Something went wrong. Please close this tab and try again.');
  }
}

function nextPage(
  context: MockContext,
  request: PageRequest,
  who: SignedIn | undefined,
  progress: Progress,
): Page | Promise<Page> {
  if (who === undefined) return door(context, request);
  const past = progress.passwordEntered || progress.accepted;
  if (!past && needsPassword(context, request, who)) {
    return request.email === undefined
      ? signInForm(request.client, { email: who.account.email })
      : door(context, request);
  }
  if (!who.account.verified) return confirmForm(who.account);
  if (needsSecondStep(who.account, who.session)) return secondStepForm(context, who.account);
  if (!past && !progress.continued) return continueForm(context, request.client, who.account);
  const asks = !request.client.trusted || request.prompt === 'consent';
  return asks && !progress.accepted
    ? permissionForm(request.client, request.scope)
    : withKeys(request, who.account, didAs(context, progress));
}

/** What the callback says the person did. */
function didAs({ rules }: MockContext, { signedUp }: Progress): 'signin' | 'signup' | undefined {
  if (!rules.actionInCallback) return undefined;
  return signedUp ? 'signup' : 'signin';
}

function isError(request: PageRequest | PageError): request is PageError {
  return 'message' in request;
}

async function silentPage(
  context: MockContext,
  request: PageRequest,
  who: SignedIn | undefined,
): Promise<Page> {
  const refusal = await silentRefusal(context, request, who);
  if (refusal === undefined) return finishPage(request);
  if (request.returnOnError) return goPage(refusalUrl(request, refusal));
  return errorPage(`prompt=none is not possible here: ${refusal}`);
}

/** `GET /authorization`. */
export async function showAuthorization(context: MockContext, c: Context): Promise<Response> {
  const request = readRequest(context, new URL(c.req.url).searchParams);
  if (isError(request)) return render(c, { ...errorPage(request.message), status: 200 });
  const who = signedIn(context, c);
  if (request.prompt === 'none') return render(c, await silentPage(context, request, who));
  return render(c, await nextPage(context, request, who, AT_THE_DOOR));
}

/** `POST /authorization`: one of the page's forms, by its `intent`. */
export async function actAuthorization(context: MockContext, c: Context): Promise<Response> {
  const request = readRequest(context, new URL(c.req.url).searchParams);
  if (isError(request)) return render(c, errorPage(request.message));
  const form = await c.req.parseBody();
  const outcome: FormOutcome | undefined = submitForm(context, request.client, form, signedIn(context, c));
  if (outcome !== undefined) {
    if ('page' in outcome) return render(c, outcome.page);
    rememberSession(context, c, outcome.session);
    return render(
      c,
      await nextPage(context, request, outcome, {
        ...AT_THE_DOOR,
        passwordEntered: true,
        signedUp: form.intent === 'confirm' || form.intent === 'signup',
      }),
    );
  }
  const progress = {
    ...AT_THE_DOOR,
    continued: form.intent === 'continue',
    accepted: form.intent === 'accept',
  };
  return render(c, await nextPage(context, request, signedIn(context, c), progress));
}
