// Both ends of an attempt, the same for window and tab: builds the authorization URL, and exchanges the code that comes
// back.
import { authorizationUrl, newAttemptSecrets, type AuthorizationMetrics } from '../../fxa/authorization.ts';
import { readCallback } from '../../fxa/callback.ts';
import { destroyAccessToken, destroyGrant } from '../../fxa/destroy.ts';
import type { Deployment } from '../../fxa/environments.ts';
import { issuedTokens, requestGrant, type TokenAnswer } from '../../fxa/tokens.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { Context } from '../context.ts';
import { forgetBackup } from '../state/grant-backup.ts';
import { recordIssued, completeSignIn } from './complete.ts';
import { baseState } from '../state/states.ts';
import { ACCESS_TOKEN_TTL } from '../tokens/access-token.ts';

/** Wakes the background to notice that an attempt died. */
export const ATTEMPT_ALARM = 'fxa:attempt';
const WATCHDOG_MS = 30_000;

/** Schedules the watchdog: if the background dies without a window or tab, only an alarm wakes the next one. */
export function scheduleWatchdog({ ports }: Context): Promise<void> {
  return ports.alarms.set(ATTEMPT_ALARM, ports.now() + WATCHDOG_MS);
}

/** The secrets of an attempt that are needed to finish it. */
export interface AttemptSecrets {
  readonly id: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
  /** Decrypts the scoped keys, if any are requested. */
  readonly privateJwk?: JsonWebKey;
}

export interface AttemptOptions {
  readonly id: string;
  readonly redirectUri: string;
  /** Asks for account and password, even if there is a session at Mozilla accounts. */
  readonly askWho?: boolean | undefined;
  /** The email address typed in the popup. */
  readonly email?: string | undefined;
  /** Only if metrics are allowed. */
  readonly flow?: AuthorizationMetrics['flow'];
}

/**
 * Creates the secrets of an attempt and the authorization URL for them.
 *
 * @throws FxaError `invalid_request`, and as the discovery of endpoints.
 */
export async function prepareAttempt(
  context: Context,
  { id, redirectUri, askWho, email, flow }: AttemptOptions,
): Promise<{ url: string; secrets: AttemptSecrets }> {
  const { ports, config } = context;
  const deployment = await context.deployment(context.http());
  const { codeChallenge, ...pair } = await newAttemptSecrets();
  const keys = config.keyScopes?.length ? await ports.keys?.newKeyRequest() : undefined;
  const url = authorizationUrl(deployment, {
    redirectUri,
    scope: config.scope,
    state: pair.state,
    codeChallenge,
    accessType: 'offline',
    ...(keys && { keysJwk: keys.keysJwk }),
    ...(await loginHintFor(context, askWho, email)),
    ...(config.metrics && { metrics: { ...config.metrics, flow } }),
  });
  return { url, secrets: { id, redirectUri, ...pair, ...(keys && { privateJwk: keys.privateJwk }) } };
}

/**
 * Which account to offer: a typed address; after a session ended elsewhere, its address; none if the account is asked
 * for.
 */
async function loginHintFor({ store }: Context, askWho: boolean | undefined, typed: string | undefined) {
  const asked = askWho && ({ prompt: 'login' } as const);
  if (typed !== undefined) return { ...asked, action: 'email', email: typed } as const;
  if (asked) return asked;
  const base = baseState((await store.read()).session);
  const email = base.status === 'needsReauth' ? base.account.profile?.email : undefined;
  return email === undefined ? {} : { loginHint: email };
}

/**
 * Exchanges the code in the URL that the window or tab ended on, and completes the sign-in with the grant.
 *
 * @throws FxaError `cancelled` once the signal is aborted, and as `readCallback`, `requestGrant` and `takeGrant`.
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
  const { code } = readCallback(callback, {
    redirectUri,
    state,
    issuer: deployment.endpoints.issuer,
    clientId: deployment.clientId,
  });
  throwIfCancelled(signal);
  // From here on the grant may exist: even a cancelled attempt has to learn its id, to destroy it.
  const request = { code, codeVerifier, ttl: ACCESS_TOKEN_TTL };
  const answer = await requestGrant(deployment, request, context.http());
  await revokeOnFailure(context, deployment, answer, recordIssued(context, id, answer));
  throwIfCancelled(signal);
  await completeSignIn(context, deployment, secrets, answer);
}

/** If the issued tokens can't be recorded (disk full), destroys them at once, because nothing else knows of them. */
async function revokeOnFailure(
  context: Context,
  deployment: Deployment,
  answer: TokenAnswer,
  recorded: Promise<void>,
): Promise<void> {
  try {
    await recorded;
  } catch (error) {
    const { refreshTokenId, accessToken } = await issuedTokens(answer);
    const http = context.http();
    await Promise.allSettled([
      refreshTokenId !== undefined &&
        destroyGrant(deployment, { refreshTokenId }, http).then(() => forgetBackup(context, refreshTokenId)),
      accessToken !== undefined && destroyAccessToken(deployment, accessToken, http),
    ]);
    throw error;
  }
}
