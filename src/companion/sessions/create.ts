// Creates sessions: verifies the access token, uses it once to read the profile, and doesn't keep it.
import { accountKeys, type Secrets } from '../clients.ts';
import type { CheckedToken, TokenCheck } from '../bearer/types.ts';
import type { Deployment } from '../../fxa/environments.ts';
import type { Http } from '../../fxa/http.ts';
import type { CreateRequest, LiveSession, Store } from '../store.ts';
import { endedSession } from './responses.ts';
import { readMetricsEnabled } from './profile.ts';
import { sealUid } from './seal.ts';
import { newSessionToken, sessionHash } from './token.ts';

export interface SessionParts extends Secrets {
  readonly store: Store;
  readonly check: TokenCheck;
  /** Whether a client's sign-outs end all sessions in its space. Default: none does. */
  readonly endsEverywhere?: ((clientId: string) => boolean) | undefined;
  readonly deployment: (clientId: string) => Deployment;
  readonly http: Http;
  /** Milliseconds. */
  readonly now: () => number;
}

export interface CreatedSession {
  /** The session token's 32 bytes. */
  readonly token: Uint8Array;
  readonly session: LiveSession;
  readonly isNew: boolean;
}

/**
 * Creates a session for an access token, or refreshes the presented one if it is live and of the same account and
 * client.
 *
 * @throws Problem 401 `session_ended` (the presented session, or the account), those of `TokenCheck` and
 *   `readMetricsEnabled`.
 */
export async function createSession(
  parts: SessionParts,
  accessToken: string,
  presented: Uint8Array | undefined,
): Promise<CreatedSession> {
  const { store, check, deployment, http, now } = parts;
  // Taken before the first request: anything that happens later is newer than the answers.
  const at = now();
  const checked = await check(accessToken, { fresh: true });
  const keys = accountKeys(parts, checked.client, checked.uid);
  const { clientId } = checked.client;
  // Register the account before reading the profile, so that later events are kept and count as newer. Earlier events,
  // not kept for an unknown account, are reflected in the profile, or make it refuse the token.
  const readAtRevision = await store.registerAccount(keys, at);
  const metrics = await readMetricsEnabled(deployment(clientId), accessToken, checked.uid, http);
  const facts = { ...keys, clientId, provedAt: provedAt(checked, at), metrics, readAtRevision, at };

  if (presented !== undefined) {
    const session = await storeSession(store, facts, presented, checked, true);
    if (session !== undefined) return { token: presented, session, isNew: false };
  }
  const token = newSessionToken();
  const session = await storeSession(store, facts, token, checked, false);
  if (session === undefined) throw new Error('The store reported a new session as unknown');
  return { token, session, isNew: true };
}

/**
 * The latest time the token may have been issued. FxA: `iat` may be in whole seconds, so a token issued right after a
 * password change would look older than it; but it can't be later than the request.
 */
function provedAt({ issuedAt }: CheckedToken, askedAt: number): number {
  if (issuedAt === undefined || issuedAt % 1000 !== 0) return issuedAt ?? askedAt;
  return Math.max(issuedAt, Math.min(issuedAt + 999, askedAt));
}

/** Undefined: the presented session is unknown. */
async function storeSession(
  store: Store,
  facts: Omit<CreateRequest, 'hash' | 'sealedUid' | 'presented'>,
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
