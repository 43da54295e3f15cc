// Buying a session: an access token proves who asks, is used to look at the profile once, and is forgotten.
import { accountKey } from '../clients.ts';
import type { CheckedToken, TokenCheck } from '../bearer/types.ts';
import type { Deployment } from '../../fxa/environments.ts';
import type { Http } from '../../fxa/http.ts';
import type { CreateRequest, LiveSession, Store } from '../store.ts';
import { endedSession } from './responses.ts';
import { readMetricsEnabled } from './profile.ts';
import { sealUid } from './seal.ts';
import { newSessionToken, sessionHash } from './token.ts';

export interface SessionParts {
  readonly store: Store;
  readonly check: TokenCheck;
  /** 32 bytes: the key of `accountKey`. */
  readonly secret: Uint8Array;
  readonly deployment: (clientId: string) => Deployment;
  readonly http: Http;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface CreatedSession {
  /** The session's 32 bytes. */
  readonly token: Uint8Array;
  readonly session: LiveSession;
  readonly isNew: boolean;
}

/**
 * Sells a session for an access token. A session that is shown is refreshed instead, if it lives and is of the same account
 * and client.
 *
 * @throws Problem 401 `session_ended` (the session shown, or the account), all of `TokenCheck` and of `readMetricsEnabled`.
 */
export async function createSession(
  parts: SessionParts,
  accessToken: string,
  presented: Uint8Array | undefined,
): Promise<CreatedSession> {
  const { store, check, secret, deployment, http, now } = parts;
  // Of before the first question, since what happens after an answer makes it an old one.
  const at = now();
  const checked = await check(accessToken, { fresh: true });
  const account = accountKey(secret, checked.client, checked.uid);
  const { clientId } = checked.client;
  // Before the profile is read: what is heard from here on may be newer than what the profile will say. And what happened
  // before, when nobody here knew the account and so nothing of it was kept, the profile says, or refuses the token for.
  const readAtRevision = await store.open(account, at);
  const metrics = await readMetricsEnabled(deployment(clientId), accessToken, checked.uid, http);
  const facts = { account, clientId, provedAt: provedAt(checked, at), metrics, readAtRevision, at };

  if (presented !== undefined) {
    const session = await storeSession(store, facts, presented, checked, true);
    if (session !== undefined) return { token: presented, session, isNew: false };
  }
  const token = newSessionToken();
  const session = await storeSession(store, facts, token, checked, false);
  if (session === undefined) throw new Error('The store knows no session it was not shown');
  return { token, session, isNew: true };
}

/**
 * When the token was issued, at the latest. FxA: its instant may be in whole seconds, and a token made just after a password
 * change would look older than that; later than the question it cannot be.
 */
function provedAt({ issuedAt }: CheckedToken, askedAt: number): number {
  if (issuedAt === undefined || issuedAt % 1000 !== 0) return issuedAt ?? askedAt;
  return Math.max(issuedAt, Math.min(issuedAt + 999, askedAt));
}

/** Undefined: the session shown is unknown. */
async function storeSession(
  store: Store,
  facts: Omit<Parameters<Store['createSession']>[0], 'hash' | 'sealedUid' | 'presented'>,
  token: Uint8Array,
  { uid }: CheckedToken,
  presented: boolean,
): Promise<LiveSession | undefined> {
  const hash = sessionHash(token);
  const created = await store.createSession({ ...facts, hash, sealedUid: sealUid(token, uid), presented });
  switch (created.status) {
    case 'live':
      return created;
    case 'unknown':
      return undefined;
    case 'deleted':
      throw endedSession('account_deleted', created.at);
    case 'ended':
      throw endedSession(created.reason, created.at);
  }
}
