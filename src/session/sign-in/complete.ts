// What becomes of a token answer: first its tokens are written down, then it is judged, then it is the session.
import type { Deployment } from '../../fxa/environments.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import { fetchProfile, type Profile } from '../../fxa/profile.ts';
import { acceptGrant, issuedTokens, type TokenAnswer } from '../../fxa/tokens.ts';
import { problemFrom, type Context } from '../context.ts';
import type { AttemptSecrets } from './attempt.ts';
import { withBackup } from '../state/grant-backup.ts';
import { cacheToken } from '../tokens/token-cache.ts';
import { keptKeys } from './key-set.ts';
import { requireSameAccount } from '../profile.ts';
import type { StoredRecord } from '../state/record.ts';
import { revocation, queueLiveGrant } from '../sign-out/outbox-entries.ts';
import { openKeys } from '../tokens/scoped-keys.ts';
import { saveSecrets } from '../tokens/secret-store.ts';
import type { Account, Problem, StoredGrant } from '../state/states.ts';
import { applyEvent } from '../state/store.ts';
import { ACCESS_TOKEN_TTL } from '../tokens/access-token.ts';

/**
 * How far the person's clock may be off, in seconds. The id_token comes straight from the token endpoint, in exchange
 * for our own verifier, so its `exp` guards against nothing here but would lock out everybody with a wrong clock.
 */
const CLOCK_TOLERANCE = 86_400;

/** Whatever the answer is worth, its tokens are known before it is judged; if it is refused they are orphans and die. */
export async function recordIssued(context: Context, attemptId: string, answer: TokenAnswer): Promise<void> {
  const { accessToken, refreshTokenId } = await issuedTokens(answer);
  if (refreshTokenId !== undefined) {
    const entry = revocation(context, refreshTokenId, attemptId);
    await withBackup(context, refreshTokenId, () =>
      context.store.update((record) => ({ ...record, outbox: [...record.outbox, entry] })),
    );
  }
  if (accessToken !== undefined) {
    await cacheToken(context, attemptId, { accessToken, scope: '', expiresIn: ACCESS_TOKEN_TTL });
  }
}

/**
 * Judges the answer, seals its secrets, fetches the profile, and makes it all the session in one write. When the attempt is
 * no longer the current one, nothing happens, and what was remembered is destroyed from the outbox.
 *
 * @throws FxaError as `acceptGrant`, `openKeys` and `demandSameAccount`, and `account_disabled`.
 */
export async function completeSignIn(
  context: Context,
  deployment: Deployment,
  { id: attemptId, privateJwk }: AttemptSecrets,
  answer: TokenAnswer,
): Promise<void> {
  const { ports, store } = context;
  const grant = await acceptGrant(
    deployment,
    answer,
    {
      now: ports.now(),
      clockTolerance: CLOCK_TOLERANCE,
      requireIdToken: true,
      keySource: keptKeys(context, deployment),
    },
    context.http(),
  );
  const { refreshToken, refreshTokenId, claims } = grant;
  if (refreshToken === undefined || refreshTokenId === undefined || claims === undefined) {
    throw new FxaError('bad_response', 'The answer lacks a refresh token.', { reason: 'token_response' });
  }
  await cacheToken(context, attemptId, grant);
  const keys = await openKeys(context, claims.sub, grant.keysJwe, privateJwk);
  const kept = await saveSecrets(context, attemptId, { refreshToken, ...keys?.secret });
  const stored: StoredGrant = { refreshTokenId, scope: grant.scope, ...kept };

  const { profile, trouble } = await firstProfile(context, deployment, grant.accessToken);
  if (profile) requireSameAccount(context, { subject: claims.sub }, profile);
  const at = ports.now();
  const account: Account = {
    subject: claims.sub,
    ...(profile && { profile, profileAt: at }),
    ...(keys && { keyIds: keys.keyIds }),
  };
  await store.update((record) => {
    const event = { type: 'signInCompleted', attemptId, account, grant: stored, at, ...trouble } as const;
    const next = applyEvent(record, event, at);
    return next === record ? record : withoutEntry(queueLiveGrant(next, record, at), refreshTokenId);
  });
}

/** A profile that cannot be had now is no reason to throw a good sign-in away; a disabled account is. */
async function firstProfile(
  context: Context,
  deployment: Deployment,
  token: string,
): Promise<{ profile?: Profile; trouble?: { trouble: Problem } }> {
  try {
    return { profile: await fetchProfile(deployment, token, context.http()) };
  } catch (error) {
    if (isFxaError(error) && error.code === 'account_disabled') throw error;
    return { trouble: { trouble: problemFrom(error, context.ports.now()) } };
  }
}

function withoutEntry(record: StoredRecord, refreshTokenId: string): StoredRecord {
  return { ...record, outbox: record.outbox.filter((entry) => entry.refreshTokenId !== refreshTokenId) };
}
