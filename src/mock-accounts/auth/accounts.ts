/**
 * Creates and destroys accounts and sessions, as JSON for tests and scripts. The real routes take a stretched password.
 */
import type { Context } from 'hono';
import { readPayload } from '../http/payload.ts';
import { json } from '../http/reply.ts';
import { authProblem, type ProblemError } from '../problems.ts';
import type { Account, Session } from '../store/types.ts';
import { depends, optional, required, type Schema, validate } from '../validation/schema.ts';
import { boolean, type Kind, string } from '../validation/types.ts';
import type { MockContext } from '../context.ts';
import { confirmSecondStep, isTotpCode } from './totp.ts';
import { needSession } from './session.ts';

/** Text with one `@` and a dot after it. */
export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** FxA: passwords have at least eight characters. */
export const PASSWORD_MIN = 8;

const email: Kind = string({ max: 256, pattern: EMAIL });
const password: Kind = string({ min: PASSWORD_MIN, max: 1024 });
const signInBody: Schema = {
  unknown: 'stripped',
  fields: [
    required('email', email),
    // FxA: the password arrives stretched. This server keeps it as it is, so a stretched one is never right.
    optional('authPW', string({ length: 64, pattern: /^[0-9a-f]+$/ })),
    depends('password', string(), (seen) => (seen.authPW === undefined ? 'required' : 'optional')),
  ],
};
const signUpBody: Schema = {
  unknown: 'stripped',
  fields: [required('email', email), required('password', password), optional('preVerified', boolean)],
};
const codeBody: Schema = { unknown: 'stripped', fields: [required('code', string({ max: 64 }))] };

interface SignIn {
  readonly email: string;
  readonly password?: string;
  readonly preVerified?: boolean;
}

function answer(context: MockContext, account: Account, session: Session): Response {
  return json({
    uid: account.uid,
    sessionToken: session.token,
    verified: account.verified,
    authAt: Math.floor(session.lastAuthAt / 1000),
    metricsEnabled: context.rules.monorepo ? account.metricsEnabled : undefined,
  });
}

/** FxA: the wait in seconds, in body and header alike, and in words. */
function tooMany(retryAfter: number): ProblemError {
  return authProblem(114, {
    retryAfter,
    retryAfterLocalized: `in ${Math.ceil(retryAfter / 60)} minutes`,
    verificationMethod: 'email-captcha',
    verificationReason: 'login',
  });
}

/** The account with this password. Throws 102, 103, and 114 after too many wrong passwords. */
export function authenticate(context: MockContext, params: SignIn): Account {
  const account = context.store.accounts.byEmail(params.email);
  if (account === undefined) throw authProblem(102, { email: params.email });
  const { customs } = context;
  const blockedFor = customs.blockedFor(account.email);
  if (blockedFor !== undefined) throw tooMany(blockedFor);
  if (account.password !== params.password) {
    customs.noteWrongPassword(account.email);
    throw authProblem(103, { email: account.email });
  }
  return account;
}

/** `POST /v1/account/login`. */
export async function loginEndpoint(context: MockContext, c: Context): Promise<Response> {
  const account = authenticate(
    context,
    validate(signInBody, await readPayload(c.req.raw)) as unknown as SignIn,
  );
  return answer(context, account, context.store.sessions.open(account.uid));
}

/** `POST /v1/account/create`. Throws 101 for an existing address. */
export async function createEndpoint(context: MockContext, c: Context): Promise<Response> {
  const params = validate(signUpBody, await readPayload(c.req.raw)) as unknown as SignIn;
  const { accounts, sessions } = context.store;
  if (accounts.byEmail(params.email) !== undefined) throw authProblem(101, { email: params.email });
  const account = accounts.add({
    email: params.email,
    password: params.password ?? '',
    verified: params.preVerified === true,
    locale: c.req.header('accept-language') ?? 'en-US',
  });
  return answer(context, account, sessions.open(account.uid));
}

/** `POST /v1/session/verify_code`. Throws 105, 110. */
export async function verifyCodeEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { account } = needSession(context, c);
  const { code } = validate(codeBody, await readPayload(c.req.raw)) as { code: string };
  if (code !== account.confirmationCode) throw authProblem(105);
  account.verified = true;
  return json({});
}

/** `POST /v1/account/destroy`. Throws 102, 103. */
export async function accountDestroyEndpoint(context: MockContext, c: Context): Promise<Response> {
  const account = authenticate(
    context,
    validate(signInBody, await readPayload(c.req.raw)) as unknown as SignIn,
  );
  context.store.deleteAccount(account.uid);
  return json({});
}

/** `POST /v1/session/verify/totp`: the second step. FxA: a wrong code is no error. Throws 107, 110. */
export async function verifyTotpEndpoint(context: MockContext, c: Context): Promise<Response> {
  const { account, session } = needSession(context, c);
  const { code } = validate(codeBody, await readPayload(c.req.raw)) as { code: string };
  const success = isTotpCode(account, code, context.now());
  if (success) confirmSecondStep(session);
  return json({ success });
}

/** `POST /v1/session/destroy`. Throws 110. */
export function sessionDestroyEndpoint(context: MockContext, c: Context): Response {
  context.store.sessions.close(needSession(context, c).session.token);
  return json({});
}
