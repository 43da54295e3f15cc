/** The session of a request to the auth server or a page. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isCrossOrigin } from '../http/cross-origin.ts';
import { authProblem } from '../problems.ts';
import type { Account, Session } from '../store/types.ts';
import type { MockContext } from '../context.ts';

/** The session cookie's name. It contains the port, because cookies ignore ports and mock servers would share it. */
export function sessionCookie(context: MockContext): string {
  return `standin-session-${new URL(context.origin).port}`;
}

export interface SignedIn {
  readonly session: Session;
  readonly account: Account;
}

/**
 * The session from `Authorization: Bearer <session token>` (the real server uses Hawk) or from the cookie, which is
 * ignored in cross-origin requests, because browsers attach it automatically.
 */
export function signedIn(context: MockContext, c: Context): SignedIn | undefined {
  const bearer = /^Bearer ([0-9a-f]{64})$/.exec(c.req.header('authorization') ?? '')?.[1];
  const cookie = isCrossOrigin(c) ? undefined : getCookie(c, sessionCookie(context));
  const session = context.store.sessions.find(bearer ?? cookie);
  const account = session === undefined ? undefined : context.store.accounts.byUid(session.uid);
  return session === undefined || account === undefined ? undefined : { session, account };
}

/** The session, or problem 110. */
export function needSession(context: MockContext, c: Context): SignedIn {
  const found = signedIn(context, c);
  if (found !== undefined) return found;
  const message = 'The authentication token could not be found';
  throw authProblem(110, context.rules.monorepo ? { message } : {});
}

/** Sets the session cookie. */
export function rememberSession(context: MockContext, c: Context, session: Session): void {
  setCookie(c, sessionCookie(context), session.token, { httpOnly: true, sameSite: 'Lax', path: '/' });
}

/** Clears the session cookie. */
export function forgetSession(context: MockContext, c: Context): void {
  deleteCookie(c, sessionCookie(context), { path: '/' });
}
