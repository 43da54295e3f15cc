/** Who is signed in at the mock server: the session behind a request to the auth server or a page. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { isCrossOrigin } from '../http/cross-origin.ts';
import { authProblem } from '../problems.ts';
import type { Account, Session } from '../store/types.ts';
import type { MockContext } from '../context.ts';

/** Name of the pages' session cookie. Cookies ignore ports, so the port is part of the name: two mock servers do not disturb each other. */
export function sessionCookie(context: MockContext): string {
  return `standin-session-${new URL(context.origin).port}`;
}

export interface SignedIn {
  readonly session: Session;
  readonly account: Account;
}

/**
 * The session by `Authorization: Bearer <session token>` (where the real one wants Hawk) or by cookie. Browsers add a cookie
 * unasked, so it counts for nothing in a request from another origin.
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
  if (found === undefined) throw authProblem(110);
  return found;
}

/** Makes the browser remember a session. */
export function rememberSession(context: MockContext, c: Context, session: Session): void {
  setCookie(c, sessionCookie(context), session.token, { httpOnly: true, sameSite: 'Lax', path: '/' });
}

/** Makes the browser forget its session. */
export function forgetSession(context: MockContext, c: Context): void {
  deleteCookie(c, sessionCookie(context), { path: '/' });
}
