// Runs an attempt: checks the server and opens the sign-in page. In a window it runs to the end; a tab finishes it
// later.
import { ALARMS } from '../state/storage-items.ts';
import { isFxaError } from '../../fxa/errors.ts';
import {
  orCancelled,
  prepareAttempt,
  scheduleWatchdog,
  type AttemptOptions,
  type SignInOptions,
} from './attempt.ts';
import { finishAttempt } from './complete.ts';
import { failAttempt } from './find-attempt.ts';
import type { AuthTabs } from './auth-tab.ts';
import type { AuthWindows } from './auth-window.ts';
import { problemFrom, type Context } from '../context.ts';
import { takeFlow } from '../metrics/flow.ts';
import { baseState, type Attempt } from '../state/states.ts';

/** The attempt that this context is running. */
export interface RunningAttempt {
  readonly id: string;
  readonly cancel: AbortController;
  /**
   * Called once anything it was issued is recorded for destruction: a cancelled attempt may still be waiting for the
   * token endpoint.
   */
  readonly afterwards: () => void;
}

interface Places {
  readonly windows: AuthWindows;
  readonly tabs: AuthTabs;
}

/** Runs an attempt until it succeeds, fails, is cancelled, or waits in a tab. A failure is stored in the record. */
export async function runAttempt(
  context: Context,
  places: Places,
  running: RunningAttempt,
  { started, ...options }: SignInOptions,
): Promise<void> {
  const { ports, store } = context;
  const { via = 'window' } = options;
  // The record has what a sign-out demanded, or an attempt that failed.
  const forceLogin = options.forceLogin ?? baseState((await store.read()).session).forceLogin;
  const attempt: Attempt = {
    id: running.id,
    startedAt: ports.now(),
    phase: 'checking',
    via,
    ...(forceLogin && { forceLogin }),
  };
  await scheduleWatchdog(context);
  await store.dispatch({ type: 'signInStarted', attempt });
  await started?.();
  await recordOutcome(context, running, authorize(context, places, running, { ...options, forceLogin }));
}

/** Waits for the work of an attempt, and records its failure, if any. */
export async function recordOutcome(
  context: Context,
  { id, cancel, afterwards }: RunningAttempt,
  work: Promise<void>,
): Promise<void> {
  const { ports } = context;
  try {
    await orCancelled(work, cancel.signal);
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    await failAttempt(context, id, problemFrom(error, ports.now()));
  }
  await ports.alarms.clear(ALARMS.attempt);
  void work.catch(() => undefined).then(afterwards);
}

async function authorize(
  context: Context,
  { windows, tabs }: Places,
  { id, cancel: { signal } }: RunningAttempt,
  { via, ...choices }: Omit<SignInOptions, 'started'>,
): Promise<void> {
  const { authWindow, authTab } = context.ports;
  await checkServer(context, signal);
  const options = { id, ...choices, flow: await takeFlow(context) };
  if (via === 'tab') return openTab(context, tabs, options, signal);
  try {
    const { url, secrets } = await prepareAttempt(context, {
      ...options,
      redirectUri: authWindow.redirectUri,
    });
    signal.throwIfAborted();
    await windows.waitUntilClosed(signal);
    await context.store.dispatch({ type: 'phaseReached', attemptId: id, phase: 'window' });
    await finishAttempt(context, secrets, await windows.open(url, id, signal), signal);
  } catch (error) {
    const noWindow = isFxaError(error) && error.code === 'unsupported';
    if (!noWindow || authTab.redirectUri === undefined || !(await authTab.allowed())) throw error;
    await openTab(context, tabs, options, signal);
  }
}

async function openTab(
  context: Context,
  tabs: AuthTabs,
  options: Omit<AttemptOptions, 'redirectUri'>,
  signal: AbortSignal,
): Promise<void> {
  const { redirectUri = '' } = context.ports.authTab;
  const { url, secrets } = await prepareAttempt(context, { ...options, redirectUri });
  signal.throwIfAborted();
  await context.store.dispatch({ type: 'phaseReached', attemptId: options.id, phase: 'window', via: 'tab' });
  await tabs.open(url, secrets, signal);
}

/** Checks that the server is up. Firefox would show its own error page in the window and never end the attempt. */
async function checkServer(context: Context, signal: AbortSignal): Promise<void> {
  const http = context.http(signal);
  const { endpoints } = await context.deployment(http, { rediscover: true });
  // Fail now if a host asked for a pause, not after the user has typed everything.
  for (const url of [endpoints.token, endpoints.jwks]) await http.backOff?.check(url);
}
