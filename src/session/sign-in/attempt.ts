// The two ends of an attempt, whatever lies between: the address to open for the person, and the grant for what came back.
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

/** Wakes somebody to see that an attempt died. */
export const ATTEMPT_ALARM = 'fxa:attempt';
const WATCHDOG_MS = 30_000;

/** Where there is neither window nor tab, nothing else would wake a background after this one has died. */
export function scheduleWatchdog({ ports }: Context): Promise<void> {
  return ports.alarms.set(ATTEMPT_ALARM, ports.now() + WATCHDOG_MS);
}

/** What only we know of an attempt, and who finishes it must know. */
export interface AttemptSecrets {
  readonly id: string;
  readonly redirectUri: string;
  readonly state: string;
  readonly codeVerifier: string;
  /** To which scoped keys are encrypted, where they are asked for. */
  readonly privateJwk?: JsonWebKey;
}

export interface AttemptOptions {
  readonly id: string;
  readonly redirectUri: string;
  /** Asks for account and password, whoever is signed in at Mozilla accounts. */
  readonly askWho?: boolean | undefined;
  /** What the person has typed. */
  readonly email?: string | undefined;
  /** Only with their consent. */
  readonly flow?: AuthorizationMetrics['flow'];
}

/** @throws FxaError `invalid_request`, and from the discovery of endpoints. */
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

/** One click is enough for somebody whose session was ended elsewhere; who asked to be asked is asked. */
async function loginHintFor({ store }: Context, askWho: boolean | undefined, typed: string | undefined) {
  const asked = askWho && ({ prompt: 'login' } as const);
  if (typed !== undefined) return { ...asked, action: 'email', email: typed } as const;
  if (asked) return asked;
  const base = baseState((await store.read()).session);
  const email = base.status === 'needsReauth' ? base.account.profile?.email : undefined;
  return email === undefined ? {} : { loginHint: email };
}

/**
 * Exchanges the code in the URL that the window or tab ended on, and makes the grant the session.
 *
 * @throws FxaError `cancelled` at the signal, and as `readCallback`, `requestGrant` and `takeGrant`.
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
  // From here on the grant may exist: even a cancelled attempt must learn its id, to destroy it.
  const request = { code, codeVerifier, ttl: ACCESS_TOKEN_TTL };
  const answer = await requestGrant(deployment, request, context.http());
  await revokeOnFailure(context, deployment, answer, recordIssued(context, id, answer));
  throwIfCancelled(signal);
  await completeSignIn(context, deployment, secrets, answer);
}

/** Where what was issued cannot be written down (a full disk), it is destroyed on the spot, for nobody would know of it. */
async function revokeOnFailure(
  context: Context,
  deployment: Deployment,
  answer: TokenAnswer,
  remembered: Promise<void>,
): Promise<void> {
  try {
    await remembered;
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
