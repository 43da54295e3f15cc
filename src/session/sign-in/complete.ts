// How an attempt ends well: exchanges the code, records the issued tokens, then validates the answer, then stores the
// session.
import { validateCallback } from '../../fxa/callback.ts';
import { destroyAccessToken, destroyGrant } from '../../fxa/destroy.ts';
import { followsStandards, type Deployment } from '../../fxa/environments.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import { unverifiedSubject } from '../../fxa/id-token.ts';
import { fetchProfile, type Profile } from '../../fxa/profile.ts';
import { validateGrant, issuedTokens, exchangeCode, type TokenResponse } from '../../fxa/tokens.ts';
import { problemFrom, type Context } from '../context.ts';
import { scheduleWatchdog, type AttemptSecrets } from './attempt.ts';
import { forgetBackup, withBackup } from '../state/grant-backup.ts';
import { ACCESS_TOKEN_TTL, cacheToken, cacheUnvalidated } from '../tokens/token-cache.ts';
import { keptKeys } from './key-set.ts';
import { requireSameAccount } from '../profile.ts';
import { queueLiveGrant, revocableGrant, revocation } from '../sign-out/outbox-entries.ts';
import { openKeys } from '../tokens/scoped-keys.ts';
import { saveSecrets } from '../tokens/secret-store.ts';
import type { Account, Problem, StoredGrant } from '../state/states.ts';
import { applyEvent } from '../state/transition.ts';

/**
 * How far the local clock may be off, in seconds. The id_token comes straight from the token endpoint, in exchange for
 * our own verifier, so checking its `exp` strictly would protect nothing and lock out every user with a wrong clock.
 */
const CLOCK_TOLERANCE = 86_400;

/**
 * Exchanges the code in the URL that the window or tab ended on, and completes the sign-in with the grant.
 *
 * @throws FxaError `cancelled` once the signal is aborted, `account_changed`, `step_up_required` and `account_disabled`,
 *   and as `validateCallback`, `exchangeCode`, `validateGrant`, `openKeys` and `requireSameAccount`.
 */
export async function finishAttempt(
  context: Context,
  secrets: AttemptSecrets,
  callback: string,
  signal: AbortSignal,
): Promise<void> {
  const { id, redirectUri, state, codeVerifier } = secrets;
  await scheduleWatchdog(context);
  await context.store.dispatch({ type: 'phaseReached', attemptId: id, phase: 'finishing' });
  const deployment = await context.deployment(context.http());
  const { clientId, endpoints } = deployment;
  const { code } = validateCallback(callback, { ...endpoints, redirectUri, state, clientId });
  signal.throwIfAborted();
  // From here on the grant may exist: even a cancelled attempt has to learn its id, to destroy it.
  const request = { code, codeVerifier, redirectUri, ttl: ACCESS_TOKEN_TTL };
  const answer = await exchangeCode(deployment, request, context.http());
  try {
    await recordIssued(context, deployment, id, answer);
  } catch (error) {
    await destroyIssued(context, deployment, answer);
    throw error;
  }
  signal.throwIfAborted();
  await completeSignIn(context, deployment, secrets, answer);
}

/** Destroys tokens that can't be recorded (disk full) at once, because nothing else knows of them. Never rejects. */
async function destroyIssued(context: Context, deployment: Deployment, answer: TokenResponse): Promise<void> {
  const { grant, accessToken } = await issuedTokens(deployment, answer);
  const http = context.http();
  await Promise.allSettled([
    grant && destroyGrant(deployment, grant, http).then(() => forgetBackup(context, grant.refreshTokenId)),
    accessToken !== undefined && destroyAccessToken(deployment, accessToken, http),
  ]);
}

/** Records the issued tokens before the answer is validated, so that they are destroyed if it is rejected. */
export async function recordIssued(
  context: Context,
  deployment: Deployment,
  attemptId: string,
  answer: TokenResponse,
): Promise<void> {
  const { accessToken, grant } = await issuedTokens(deployment, answer);
  if (grant) {
    const { refreshToken, refreshTokenId } = grant;
    // Where only the token revokes the grant, it is stored first.
    const kept = followsStandards(deployment)
      ? await saveSecrets(context, attemptId, { refreshToken })
      : undefined;
    const stored = { refreshTokenId, ...(kept && { revokedByToken: true as const, ...kept }) };
    const account = kept && unverifiedSubject(answer.id_token);
    const entry = revocation(
      {
        ...revocableGrant(stored),
        issuer: context.config.issuer,
        owner: attemptId,
        ...(account !== undefined && { account }),
      },
      context.ports.now(),
    );
    await withBackup(context, entry, () =>
      context.store.update(
        (record) => ({ ...record, outbox: [...record.outbox, entry] }),
        // Revoking it at once instead might end the live session.
        { orInMemory: kept !== undefined },
      ),
    );
  }
  if (accessToken !== undefined) await cacheUnvalidated(context, attemptId, accessToken);
}

/**
 * Validates the answer, seals its secrets, fetches the profile, and stores the session in one write. If the attempt is
 * over meanwhile, nothing changes, and the recorded tokens are destroyed.
 */
async function completeSignIn(
  context: Context,
  deployment: Deployment,
  { id: attemptId, privateJwk, scope = context.config.scope, account: demanded, stepUp }: AttemptSecrets,
  answer: TokenResponse,
): Promise<void> {
  const { ports, store } = context;
  const grant = await validateGrant(
    deployment,
    answer,
    {
      now: ports.now(),
      clockTolerance: CLOCK_TOLERANCE,
      requireIdToken: true,
      scope,
      keySource: keptKeys(context, deployment),
    },
    context.http(),
  );
  const { refreshToken, refreshTokenId, claims } = grant;
  if (refreshToken === undefined || refreshTokenId === undefined || claims === undefined) {
    throw new FxaError('bad_response', 'The answer lacks a refresh token.', { reason: 'token_response' });
  }
  if (demanded !== undefined && claims.sub !== demanded)
    throw new FxaError('account_changed', 'Another account signed in than the one that was asked for.');
  if (stepUp && claims.acr !== 'AAL2') {
    const reason = stepUp === 'again' ? 'step_up_refused' : undefined;
    throw new FxaError('step_up_required', 'The account signed in without its second step.', { reason });
  }
  await cacheToken(context, attemptId, grant);
  const keys = await openKeys(context, claims.sub, grant.keysJwe, privateJwk);
  const kept = await saveSecrets(context, attemptId, { refreshToken, ...keys?.secret });
  const stored: StoredGrant = {
    refreshTokenId,
    scope: grant.scope,
    ...(followsStandards(deployment) && { revokedByToken: true }),
    ...kept,
  };

  const { profile, ...failure } = await firstProfile(context, deployment, grant.accessToken);
  if (profile) requireSameAccount(context, { subject: claims.sub }, profile);
  const at = ports.now();
  const account: Account = {
    subject: claims.sub,
    ...(profile && { profile, profileAt: at }),
    ...(keys && { keyIds: keys.keyIds }),
  };
  await store.update((record) => {
    const event = { type: 'signInCompleted', attemptId, account, grant: stored, at, ...failure } as const;
    const next = applyEvent(record, event, at);
    if (next === record) return record;
    const { outbox, ...rest } = queueLiveGrant(next, record, at);
    return { ...rest, outbox: outbox.filter((entry) => entry.refreshTokenId !== refreshTokenId) };
  });
}

/** The profile, or why it couldn't be fetched: that doesn't fail the sign-in, except for a disabled account. */
async function firstProfile(
  context: Context,
  deployment: Deployment,
  token: string,
): Promise<{ profile?: Profile; profileError?: Problem }> {
  try {
    return { profile: await fetchProfile(deployment, token, context.http()) };
  } catch (error) {
    if (isFxaError(error) && error.code === 'account_disabled') throw error;
    return { profileError: problemFrom(error, context.ports.now()) };
  }
}
