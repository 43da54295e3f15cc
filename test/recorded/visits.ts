// Visits of the sign-in page: a browser of one cookie takes the steps that a recorded visit presupposes, and tells where it
// ended. The mock server's pages have a look and inner addresses of their own, so a visit is compared by the role of
// the page it ended on, the address filled in there, and, where the page refused or sent back, by the sentence or the
// parameters.
import { SignJWT } from 'jose';
import type { MockServer } from '../../src/mock-accounts/app.ts';
import type { Account } from '../../src/mock-accounts/store/types.ts';
import { type Browser, browser, type ShownPage } from '../../src/mock-accounts/testing/browse.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import type { Exchange } from './exchange.ts';
import { totpCode } from '../../src/mock-accounts/auth/totp.ts';

const PASSWORD = 'recorded password';

/** Where a visit ended. */
export interface End {
  readonly page:
    | 'email'
    | 'password'
    | 'sign-up'
    | 'confirmation'
    | 'continue'
    | 'second step'
    | 'permission'
    | 'error'
    | 'client';
  readonly email?: string;
  /** What the page says is wrong. */
  readonly sentence?: string;
  /** The parameters the client was sent back with; of a code only that it is one. */
  readonly parameters?: Readonly<Record<string, string>>;
}

interface Visit {
  readonly ended: string;
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** A recorded visit. */
export const visitOf = ({ response }: Exchange): Visit => JSON.parse(response.body) as Visit;

const blanked = (address: string) => {
  const query = [...new URL(address).searchParams];
  return Object.fromEntries(query.map(([name, value]) => [name, name === 'code' ? '<code>' : value]));
};

const ADDRESS = /[\w.+-]+@[\w.-]+\.\w+/;

/** The end of a recorded visit. */
export function recordedEnd(exchange: Exchange): End {
  const { ended, text, fields } = visitOf(exchange);
  const own = new URL(exchange.request.path, 'http://localhost').pathname;
  if (/[?&](?:code|error)=/.test(ended) && !new URL(ended).pathname.startsWith(own)) {
    return { page: 'client', parameters: blanked(ended) };
  }
  if (text.startsWith('Bad Request')) return { page: 'error', sentence: text.replace('Bad Request ', '') };
  const email = fields.email === '' || fields.email === undefined ? ADDRESS.exec(text)?.[0] : fields.email;
  const named = email === undefined ? {} : { email };
  if (text.startsWith('Enter your email')) return { page: 'email', ...named };
  if (text.startsWith('Set your password')) return { page: 'sign-up', ...named };
  if (/(?:security|authentication) code/.test(text)) return { page: 'second step' };
  if (text.includes('confirmation code')) return { page: 'confirmation' };
  if (ended.includes('permissions') || /is requesting|permissions/i.test(text)) return { page: 'permission' };
  if (text.includes('Incorrect password'))
    return { page: 'password', ...named, sentence: 'Incorrect password' };
  if (text.startsWith('Enter your password')) return { page: 'password', ...named };
  return { page: 'continue', ...named };
}

/** What the page of the mock server is, by its forms. */
function pageOf({ html, alert }: ShownPage): End {
  const email =
    /name="email"[\s\S]*?value="([^"]*)"/.exec(html)?.[1] ?? /<span>([^<]*@[^<]*)<\/span>/.exec(html)?.[1];
  const named = email === undefined || email === '' ? {} : { email };
  const is = (intent: string) => html.includes(`name="intent" value="${intent}"`);
  const sentence = alert === undefined ? {} : { sentence: alert };
  if (is('signup')) return { page: 'sign-up', ...named };
  if (is('signin')) return { page: email === '' ? 'email' : 'password', ...named, ...sentence };
  if (is('continue')) return { page: 'continue', ...named };
  if (is('second-step')) return { page: 'second step', ...sentence };
  if (is('confirm')) return { page: 'confirmation' };
  if (is('accept')) return { page: 'permission' };
  return { page: 'error', ...sentence };
}

/** Goes where the script of the last page goes: at once, or with the code it asks for. */
async function afterScript(mock: MockServer, cookie: string, shown: ShownPage): Promise<End> {
  if (typeof shown.data === 'string') return { page: 'client', parameters: blanked(shown.data) };
  if (shown.data === undefined || shown.data === null) return pageOf(shown);
  const { carried, ...request } = shown.data as { carried?: string };
  const { body } = await drive(mock).post('/v1/oauth/authorization', request, { cookie });
  return { page: 'client', parameters: blanked(`${String(body.redirect)}${carried ?? ''}`) };
}

/** An id_token of the mock server's own, where the recorded one was understood as a hint. */
async function hintOf({ context }: MockServer, uid: string, clientId: string): Promise<string> {
  const { kid, privateKey } = await context.keys.active();
  return new SignJWT({ sub: uid })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setIssuer(context.origin)
    .setAudience(clientId)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey);
}

/** The path of a visit, with a hint that is understood where that of the visit was. */
async function pathOf(mock: MockServer, exchange: Exchange, end: End, account: Account): Promise<string> {
  const { path } = exchange.request;
  const given = new URL(path, 'http://localhost').searchParams;
  const hint = given.get('id_token_hint');
  const { error } = end.parameters ?? {};
  if (hint === null || error === 'invalid_request') return path;
  const uid = error === 'account_selection_required' ? 'ab'.repeat(16) : account.uid;
  return path.replace(hint, await hintOf(mock, uid, given.get('client_id') ?? ''));
}

/** The ends of a visit that lie behind the password. */
const isBeyondPassword = ({ page, parameters }: End) =>
  page === 'permission' || page === 'second step' || parameters?.code !== undefined;

/** Takes the steps of a recorded visit. Who is known to the server, and signed in, follows from how the visit ended. */
export async function makeVisit(mock: MockServer, exchange: Exchange): Promise<End> {
  const { request, title } = exchange;
  const end = recordedEnd(exchange);
  const page = browser(mock);
  const given = new URL(request.path, 'http://localhost').searchParams;
  const { action, code, error } = end.parameters ?? {};
  const signsUp = action === 'signup' || end.page === 'confirmation';
  const isKnown = end.page !== 'sign-up' && end.page !== 'error' && !signsUp;
  const email = isKnown ? (end.email ?? given.get('email') ?? 'page@example.com') : 'page@example.com';
  const account: Account = mock.store.accounts.add({
    email,
    password: PASSWORD,
    verified: error !== 'interaction_required',
    ...(/two.step|TOTP|AAL2 .*second/i.test(title) || end.page === 'second step'
      ? { totpSecret: 'JBSWY3DPEHPK3PXP' }
      : {}),
  });
  const path = await pathOf(mock, exchange, end, account);
  if (signsUp) return signUp(mock, page, path, end);
  const signIn = (at: string, password = PASSWORD) =>
    page.open(at, { intent: 'signin', email: account.email, password });
  const silent = given.get('prompt') === 'none' && error !== 'login_required';
  const wasSignedIn = /\bis signed in|^again/.test(title) || end.page === 'continue' || silent;
  if (wasSignedIn) await signIn('/signin');
  let shown = await page.open(path);
  if (end.sentence === 'Incorrect password') shown = await signIn(path, 'wrong wrong');
  const goesOn = isBeyondPassword(end);
  if (goesOn && pageOf(shown).page === 'continue') shown = await page.open(path, { intent: 'continue' });
  if (goesOn && shown.html.includes('name="password"')) shown = await signIn(path);
  if (goesOn && end.page !== 'second step' && pageOf(shown).page === 'second step') {
    const digits = totpCode(account.totpSecret ?? '', mock.context.now());
    shown = await page.open(path, { intent: 'second-step', code: digits });
  }
  if (code !== undefined && pageOf(shown).page === 'permission')
    shown = await page.open(path, { intent: 'accept' });
  return afterScript(mock, page.cookie(), shown);
}

/** Signs up, and confirms the address where the visit went on. */
async function signUp(mock: MockServer, page: Browser, path: string, end: End): Promise<End> {
  const email = new URL(path, 'http://localhost').searchParams.get('email') ?? 'new.page@example.com';
  let shown = await page.open(path, { intent: 'signup', email, password: PASSWORD });
  const code = mock.store.accounts.byEmail(email)?.confirmationCode ?? '';
  if (end.page !== 'confirmation') shown = await page.open(path, { intent: 'confirm', code });
  return afterScript(mock, page.cookie(), shown);
}
