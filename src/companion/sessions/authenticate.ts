// What a request shows: its bearer token, and the companion session that stands there.
import type { Context } from 'hono';
import { bearerToken } from '../bearer/middleware.ts';
import { inRealm } from '../bearer/refusals.ts';
import { Problem } from '../http/problem.ts';
import type { LiveSession, Store } from '../store.ts';
import { endedSession, refusalHeaders } from './responses.ts';
import { parseSessionToken, sessionHash } from './token.ts';

/** The protection space of all that is shown a companion session, or sells one (RFC 9110, section 11.5). */
const REALM = 'companion';

/** A handler whose refusals of bearer tokens name the realm. */
export function guarded(handler: (c: Context) => Promise<Response>): (c: Context) => Promise<Response> {
  return async (c) => {
    try {
      return await handler(c);
    } catch (error) {
      throw error instanceof Problem ? inRealm(error, REALM) : error;
    }
  };
}

/** 401: buy a session. */
export function unknownSession(): Problem {
  return new Problem(401, 'unknown_session', 'There is no such session', { headers: refusalHeaders() });
}

/**
 * The companion session a request shows, unchecked.
 *
 * @throws Problem as `bearerToken`, and 401 `unknown_session` when nothing of ours is written like that.
 */
export function presentedToken(c: Context): Buffer {
  const token = parseSessionToken(bearerToken(c));
  if (token === undefined) throw unknownSession();
  return token;
}

/**
 * The live session behind a token; `now` in milliseconds.
 *
 * @throws Problem 401 `unknown_session`, 401 `session_ended` with reason and instant.
 */
export async function liveSession(store: Store, token: Uint8Array, now: number): Promise<LiveSession> {
  const session = await store.session(sessionHash(token), now);
  if (session === undefined) throw unknownSession();
  if (session.status === 'ended') throw endedSession(session.reason, session.at);
  return session;
}
