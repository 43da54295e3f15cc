// Creates sessions: verifies the access token, uses it once to read the profile, and doesn't keep it.
import { isFxaError } from '../../fxa/errors.ts';
import type { Http } from '../../fxa/http.ts';
import { fetchProfile } from '../../fxa/profile.ts';
import { accountsUnavailable, insufficientScope, invalidToken } from '../bearer/refusals.ts';
import type { CheckedToken, TokenCheck } from '../bearer/types.ts';
import { accountKeys } from '../clients.ts';
import type { CurrentEndpoints } from '../endpoints.ts';
import type { LiveSession } from '../store.ts';
import type { SessionSource } from './authenticate.ts';
import { endedSession } from './responses.ts';
import { newSessionToken, seal, sessionHash } from './token.ts';

export interface SessionParts extends SessionSource {
  readonly check: TokenCheck;
  readonly endpoints: CurrentEndpoints;
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

/** FxA: both scopes are needed to get `uid` and `metricsEnabled`. */
const PROFILE_SCOPE = 'profile:uid profile:email';

/**
 * Creates a session for an access token, or refreshes the presented one if it is live and of the same account and
 * client.
 *
 * @throws Problem 401 `session_ended` (the presented session, or the account), those of `TokenCheck`, and of the
 *   profile: 401 `invalid_token` (it refuses the token, is of another account, or of a disabled one), 403
 *   `insufficient_scope`, 503 `accounts_unavailable`.
 */
export async function createSession(
  parts: SessionParts,
  accessToken: string,
  presented: Uint8Array | undefined,
): Promise<CreatedSession> {
  const { store, check, now } = parts;
  // Before the first request: anything that happens later is newer than the answers.
  const at = now();
  const checked = await check(accessToken, { fresh: true });
  const keys = accountKeys(parts, checked.client, checked.uid);
  // Register the account before reading the profile, so that later events are kept and count as newer. Earlier events,
  // not kept for an unknown account, are reflected in the profile, or make it refuse the token.
  const readAtRevision = await store.registerAccount(keys, at);
  const metrics = await allowsMetrics(parts, accessToken, checked);
  const { clientId } = checked.client;
  const facts = { ...keys, clientId, provedAt: provedAt(checked, at), metrics, readAtRevision, at };

  /** Undefined when the presented session is unknown. */
  const save = async (token: Uint8Array, isNew: boolean): Promise<CreatedSession | undefined> => {
    const sealedUid = seal('companion uid', token, checked.uid);
    const identity = { hash: sessionHash(token), sealedUid, presented: !isNew };
    const session = await store.createSession({ ...facts, ...identity });
    if (session.status === 'deleted') throw endedSession('account_deleted', session.at);
    if (session.status === 'ended') throw endedSession(session.reason, session.at);
    return session.status === 'live' ? { token, session, isNew } : undefined;
  };
  const created = (presented && (await save(presented, false))) ?? (await save(newSessionToken(), true));
  if (created === undefined) throw new Error('The store reported a new session as unknown');
  return created;
}

/**
 * The latest time the token may have been issued. FxA: `iat` may be in whole seconds, so a token issued right after a
 * password change would look older than it; but it can't be later than the request.
 */
function provedAt({ issuedAt }: CheckedToken, askedAt: number): number {
  if (issuedAt === undefined || issuedAt % 1000 !== 0) return issuedAt ?? askedAt;
  return Math.max(issuedAt, Math.min(issuedAt + 999, askedAt));
}

/** Whether the profile allows metrics. FxA: some tokens don't get the setting; missing means no. */
async function allowsMetrics(
  { endpoints, http }: SessionParts,
  accessToken: string,
  { client: { clientId }, uid }: CheckedToken,
): Promise<boolean> {
  try {
    const deployment = { name: 'custom', endpoints: endpoints.current(), clientId } as const;
    const profile = await fetchProfile(deployment, accessToken, http);
    if (profile.uid !== uid) throw invalidToken('The profile is of another account');
    return profile.metricsEnabled === true;
  } catch (error) {
    if (!isFxaError(error)) throw error;
    const { code } = error;
    if (code === 'token_rejected') throw invalidToken('The profile refuses the access token');
    if (code === 'account_disabled') throw invalidToken('The account is disabled');
    throw code === 'scope_denied' ? insufficientScope(PROFILE_SCOPE) : accountsUnavailable(error);
  }
}
