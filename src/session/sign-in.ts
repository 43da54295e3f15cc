// One attempt to sign in, from the click to the signed-in record, or back to where it began with a reason.
import { authorizationUrl, newAttemptSecrets } from '../fxa/authorization.ts';
import { readCallback } from '../fxa/callback.ts';
import { checkReachable } from '../fxa/discovery.ts';
import type { Deployment } from '../fxa/environments.ts';
import { FxaError, isFxaError } from '../fxa/errors.ts';
import type { Profile } from '../fxa/profile.ts';
import { fetchProfile } from '../fxa/profile.ts';
import { acceptGrant, issuedTokens, requestGrant, type TokenAnswer } from '../fxa/tokens.ts';
import { problemFrom, type Context } from './context.ts';
import type { StoredRecord } from './record.ts';
import { revocation, withLiveGrantDoomed } from './sign-out.ts';
import { settled, type Account, type Attempt, type Problem, type StoredGrant } from './state.ts';
import { stepped } from './store.ts';
import { ACCESS_TOKEN_TTL, holdToken } from './tokens.ts';

/** Held while an attempt runs: one at a time, for two windows at once break Firefox and are refused by Chromium. */
export const ATTEMPT_LOCK = 'fxa:attempt';

/** Where the browser session remembers the window of an attempt, also across the death of the background. */
export const AUTH_WINDOW = 'authWindow';

/**
 * How far the person's clock may be off, in seconds. The id_token comes straight from the token endpoint, in exchange
 * for our own verifier, so its `exp` guards against nothing here but would lock out everybody with a wrong clock.
 */
const CLOCK_TOLERANCE = 86_400;

/** The attempt this context runs, if any. */
export interface RunningAttempt {
  readonly id: string;
  readonly cancel: AbortController;
  /** True while the window may appear. */
  launching: boolean;
}

/** Runs an attempt to its end. Never rejects: what went wrong is in the record. */
export async function runAttempt(context: Context, running: RunningAttempt): Promise<void> {
  const { ports, store } = context;
  const attempt: Attempt = { id: running.id, startedAt: ports.now() };
  const { after } = await store.step({ type: 'signInStarted', attempt }, 'sign_in');
  if (after.session.status !== 'signingIn' || after.session.attempt.id !== attempt.id) return;

  try {
    const { deployment, answer } = await authorize(context, running);
    await rememberIssued(context, attempt.id, answer);
    await complete(context, deployment, attempt, answer);
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const problem = problemFrom(error, ports.now());
    await store.step({ type: 'signInFailed', attemptId: attempt.id, problem }, problem.code);
  }
}

/** From the reachability check to the answer of the token endpoint. */
async function authorize(
  context: Context,
  running: RunningAttempt,
): Promise<{ deployment: Deployment; answer: TokenAnswer }> {
  const { ports, config } = context;
  const { signal } = running.cancel;
  const http = context.http(signal);
  const { redirectUri } = ports.authWindow;

  await closeLeftOverWindow(context);
  const deployment = await context.deployment(http);
  // Firefox shows its own error page in the window and waits for ever; find out before there is a window.
  await checkReachable(deployment.endpoints, http);

  const secrets = await newAttemptSecrets();
  const url = authorizationUrl(deployment, {
    redirectUri,
    scope: config.scope,
    state: secrets.state,
    codeChallenge: secrets.codeChallenge,
    accessType: 'offline',
    ...(await knownAddress(context)),
  });
  running.launching = true;
  const callback = await orCancelled(ports.authWindow.launch(url), signal);
  running.launching = false;

  const { issuer } = deployment.endpoints;
  const { code } = readCallback(callback, {
    redirectUri,
    state: secrets.state,
    issuer,
    clientId: config.clientId,
  });
  const answer = await requestGrant(
    deployment,
    { code, codeVerifier: secrets.codeVerifier, ttl: ACCESS_TOKEN_TTL },
    // From here on the grant may exist: even a cancelled attempt must learn its name, to destroy it.
    context.http(),
  );
  return { deployment, answer };
}

/** Prefills the address of somebody whose session was ended elsewhere, so that one click is enough. */
async function knownAddress(context: Context): Promise<{ loginHint?: string }> {
  const base = settled((await context.store.read()).session);
  const email = base.status === 'needsReauth' ? base.account.profile?.email : undefined;
  return email === undefined ? {} : { loginHint: email };
}

/** Whatever the answer is worth, its tokens are known before it is judged; if it is refused they are orphans and die. */
async function rememberIssued(context: Context, attemptId: string, answer: TokenAnswer): Promise<void> {
  const { accessToken, refreshTokenId } = await issuedTokens(answer);
  if (refreshTokenId !== undefined) {
    const entry = revocation(refreshTokenId, context.ports.now(), attemptId);
    await context.store.update((record) => ({ ...record, outbox: [...record.outbox, entry] }));
  }
  if (accessToken !== undefined) {
    await holdToken(context, attemptId, { accessToken, scope: '', expiresIn: ACCESS_TOKEN_TTL });
  }
}

/** Judges the answer, seals the refresh token, fetches the profile, and makes it all the session in one write. */
async function complete(
  context: Context,
  deployment: Deployment,
  attempt: Attempt,
  answer: TokenAnswer,
): Promise<void> {
  const { ports, store } = context;
  const http = context.http();
  const grant = await acceptGrant(
    deployment,
    answer,
    { now: ports.now(), clockTolerance: CLOCK_TOLERANCE, requireIdToken: true },
    http,
  );
  const { refreshToken, refreshTokenId, claims } = grant;
  if (refreshToken === undefined || refreshTokenId === undefined || claims === undefined) {
    throw new FxaError('bad_response', 'The answer lacks a refresh token or an id_token.', {
      reason: 'token_response',
    });
  }
  await holdToken(context, attempt.id, grant);
  const stored: StoredGrant = {
    refreshTokenId,
    sealed: await ports.vault.seal(refreshToken),
    scope: grant.scope,
  };

  const { profile, problem } = await firstProfile(context, deployment, grant.accessToken);
  const at = ports.now();
  const account: Account = { subject: claims.sub, ...(profile && { profile, profileAt: at }) };
  await store.update((record) => {
    const event = {
      type: 'signInCompleted',
      attemptId: attempt.id,
      account,
      grant: stored,
      at,
      ...problem,
    } as const;
    const next = stepped(record, event, 'sign_in', at);
    return next === record ? record : withoutEntry(withLiveGrantDoomed(next, record, at), refreshTokenId);
  });
}

/** A profile that cannot be had now is no reason to throw a good sign-in away; a disabled account is. */
async function firstProfile(
  context: Context,
  deployment: Deployment,
  token: string,
): Promise<{ profile?: Profile; problem?: { problem: Problem } }> {
  try {
    const profile = await fetchProfile(deployment, token, context.http());
    return { profile };
  } catch (error) {
    if (isFxaError(error) && error.code === 'account_disabled') throw error;
    return { problem: { problem: problemFrom(error, context.ports.now()) } };
  }
}

function withoutEntry(record: StoredRecord, refreshTokenId: string): StoredRecord {
  return { ...record, outbox: record.outbox.filter((entry) => entry.refreshTokenId !== refreshTokenId) };
}

/** A window whose attempt died can lead nowhere, and Chromium refuses a new one beside it. */
async function closeLeftOverWindow(context: Context): Promise<void> {
  const { ports } = context;
  const windowId = await ports.memory.get(AUTH_WINDOW);
  if (typeof windowId !== 'number') return;
  await ports.authWindow.close(windowId);
  await ports.memory.set({ [AUTH_WINDOW]: null });
}

/** The window may never answer (Firefox, when the server dies under it): cancelling must not depend on it. */
function orCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancelled = () => reject(new FxaError('cancelled', 'Cancelled by the person.'));
    if (signal.aborted) cancelled();
    signal.addEventListener('abort', cancelled, { once: true });
    work.then(resolve, reject);
  });
}
