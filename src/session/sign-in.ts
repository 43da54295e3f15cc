// One attempt to sign in, from the click to the token answer, or back to where it began with a reason.
import { authorizationUrl, newAttemptSecrets } from '../fxa/authorization.ts';
import { readCallback } from '../fxa/callback.ts';
import { checkReachable } from '../fxa/discovery.ts';
import type { Deployment } from '../fxa/environments.ts';
import { isFxaError } from '../fxa/errors.ts';
import { requestGrant } from '../fxa/tokens.ts';
import type { AuthWindows } from './auth-window.ts';
import { orCancelled, throwIfCancelled } from './cancel.ts';
import { problemFrom, type Context } from './context.ts';
import { rememberIssued, takeGrant } from './grant.ts';
import { settled, type Phase } from './state.ts';
import { ACCESS_TOKEN_TTL } from './tokens.ts';

/** Held while an attempt is the current one: one at a time, for all contexts. */
export const ATTEMPT_LOCK = 'fxa:attempt';

/** The attempt this context runs. */
export interface RunningAttempt {
  readonly id: string;
  readonly cancel: AbortController;
}

/**
 * Runs an attempt until it is signed in, failed or cancelled. What went wrong is in the record. A cancelled attempt may
 * still be waiting for the token endpoint: `over` resolves when it has heard, and written down, what there is to destroy.
 */
export async function runAttempt(
  context: Context,
  windows: AuthWindows,
  running: RunningAttempt,
): Promise<{ over: Promise<void> }> {
  const { ports, store } = context;
  const attempt = { id: running.id, startedAt: ports.now(), phase: 'checking' } as const;
  await store.step({ type: 'signInStarted', attempt }, 'sign_in');

  const work = pursue(context, windows, running);
  try {
    await orCancelled(work, running.cancel.signal);
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const problem = problemFrom(error, ports.now());
    await store.step({ type: 'signInFailed', attemptId: attempt.id, problem }, problem.code);
  }
  const nothing = () => undefined;
  return { over: work.then(nothing, nothing) };
}

async function pursue(context: Context, windows: AuthWindows, { id, cancel }: RunningAttempt): Promise<void> {
  const { config, ports } = context;
  const { signal } = cancel;
  const { redirectUri } = ports.authWindow;
  const reached = (phase: Phase) => context.store.step({ type: 'phaseReached', attemptId: id, phase }, phase);

  const deployment = await reachableDeployment(context, signal);
  const secrets = await newAttemptSecrets();
  const url = authorizationUrl(deployment, {
    redirectUri,
    scope: config.scope,
    state: secrets.state,
    codeChallenge: secrets.codeChallenge,
    accessType: 'offline',
    ...(await knownAddress(context)),
  });
  await windows.cleared(signal);
  await reached('window');
  const callback = await windows.open(url, id, signal);
  await reached('finishing');

  const { issuer } = deployment.endpoints;
  const { code } = readCallback(callback, {
    redirectUri,
    state: secrets.state,
    issuer,
    clientId: config.clientId,
  });
  throwIfCancelled(signal);
  // From here on the grant may exist: even a cancelled attempt must learn its id, to destroy it.
  const answer = await requestGrant(
    deployment,
    { code, codeVerifier: secrets.codeVerifier, ttl: ACCESS_TOKEN_TTL },
    context.http(),
  );
  await rememberIssued(context, id, answer);
  throwIfCancelled(signal);
  await takeGrant(context, deployment, id, answer);
}

/** Firefox shows its own error page in the window and waits for ever: find out before there is a window. */
async function reachableDeployment(context: Context, signal: AbortSignal): Promise<Deployment> {
  const http = context.http(signal);
  const deployment = await context.deployment(http, { anew: true });
  // Discovered endpoints have just come from there, which is the same question answered.
  if (context.config.endpoints) await checkReachable(deployment.endpoints, http);
  return deployment;
}

/** Prefills the address of somebody whose session was ended elsewhere, so that one click is enough. */
async function knownAddress(context: Context): Promise<{ loginHint?: string }> {
  const base = settled((await context.store.read()).session);
  const email = base.status === 'needsReauth' ? base.account.profile?.email : undefined;
  return email === undefined ? {} : { loginHint: email };
}
