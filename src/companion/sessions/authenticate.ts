// Authenticates requests by companion session.
import type { Context } from 'hono';
import { bearerToken } from '../bearer/middleware.ts';
import { inRealm } from '../bearer/refusals.ts';
import { accountKeys, type Clients, type Secrets } from '../clients.ts';
import { Problem } from '../http/problem.ts';
import type { LiveSession, Store } from '../store.ts';
import { endedSession } from './responses.ts';
import { parseSessionToken, sessionHash, unseal } from './token.ts';

/** The realm (RFC 9110, section 11.5) of all routes that create or require a companion session. */
const REALM = 'companion';

/** Wraps a handler so that its bearer challenges name the realm. */
export function guarded(handler: (c: Context) => Promise<Response>): (c: Context) => Promise<Response> {
  return (c) => inRealm(REALM, () => handler(c));
}

/** 401: no such session; create a new one. */
export function unknownSession(): Problem {
  return new Problem(401, 'unknown_session', 'There is no such session', {
    challenge: { error: 'invalid_token' },
  });
}

/** The session token a request presents, unchecked; throws as `bearerToken`, and `unknownSession` for other tokens. */
export function presentedToken(c: Context): Buffer {
  const token = parseSessionToken(bearerToken(c));
  if (token === undefined) throw unknownSession();
  return token;
}

export interface SessionSource extends Secrets {
  readonly store: Store;
  readonly clients: Clients;
}

/** The live session of a token (`now` in milliseconds); throws Problem 401 `unknown_session` or `session_ended`. */
export async function liveSession(
  source: SessionSource,
  token: Uint8Array,
  now: number,
): Promise<LiveSession> {
  const session = await source.store.session(sessionHash(token), now);
  if (session === undefined) throw unknownSession();
  if (session.status === 'ended') throw endedSession(session.reason, session.at);
  return source.formerSecret ? rotated(source, session, token) : session;
}

/** While the secret is replaced: the token reveals its owner's uid, so the account can move to its new key. */
async function rotated(source: SessionSource, session: LiveSession, token: Uint8Array): Promise<LiveSession> {
  const client = source.clients.get(session.clientId);
  if (client === undefined) return session;
  const keys = accountKeys(source, client, unseal('companion uid', token, session.sealedUid));
  if (!keys.former?.equals(session.account)) return session;
  await source.store.rekey(keys);
  return { ...session, account: keys.account };
}
