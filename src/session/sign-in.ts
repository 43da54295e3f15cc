// One attempt to sign in, from the click until the person is in front of Mozilla accounts' page, and in a window to its end.
import { checkReachable } from '../fxa/discovery.ts';
import { isFxaError } from '../fxa/errors.ts';
import { finishAttempt, prepareAttempt, type AttemptOptions } from './attempt.ts';
import type { AuthTabs } from './auth-tab.ts';
import type { AuthWindows } from './auth-window.ts';
import { orCancelled, throwIfCancelled } from './cancel.ts';
import { problemFrom, type Context } from './context.ts';

/** Held while an attempt is the current one: one at a time, for all contexts. */
export const ATTEMPT_LOCK = 'fxa:attempt';

/** The attempt this context runs. */
export interface RunningAttempt {
  readonly id: string;
  readonly cancel: AbortController;
}

export interface SignInOptions {
  /** Asks for account and password, whoever is signed in at Mozilla accounts. */
  readonly askWho?: boolean;
  /** `tab` only where it is allowed (`AuthTab.allowed`). */
  readonly via?: 'window' | 'tab';
}

export interface Places {
  readonly windows: AuthWindows;
  readonly tabs: AuthTabs;
}

/**
 * Runs an attempt until it is signed in, failed, cancelled, or waiting in a tab. What went wrong is in the record. A
 * cancelled attempt may still be waiting for the token endpoint: `over` resolves when it has heard, and written down, what
 * there is to destroy.
 */
export async function runAttempt(
  context: Context,
  places: Places,
  running: RunningAttempt,
  options: SignInOptions,
): Promise<{ over: Promise<void> }> {
  const { via = 'window' } = options;
  const attempt = { id: running.id, startedAt: context.ports.now(), phase: 'checking', via } as const;
  await context.store.step({ type: 'signInStarted', attempt });
  return settle(context, running, pursue(context, places, running, options));
}

/** Waits for the work of an attempt, and notes how it failed, if it did. */
export async function settle(
  { store, ports }: Context,
  { id, cancel }: RunningAttempt,
  work: Promise<void>,
): Promise<{ over: Promise<void> }> {
  try {
    await orCancelled(work, cancel.signal);
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const problem = problemFrom(error, ports.now());
    await store.step({ type: 'signInFailed', attemptId: id, problem });
  }
  const nothing = () => undefined;
  return { over: work.then(nothing, nothing) };
}

async function pursue(
  context: Context,
  { windows, tabs }: Places,
  { id, cancel: { signal } }: RunningAttempt,
  { via, askWho }: SignInOptions,
): Promise<void> {
  const { authWindow, authTab } = context.ports;
  await reachable(context, signal);
  if (via === 'tab') return openTab(context, tabs, { id, askWho }, signal);
  try {
    const { url, secrets } = await prepareAttempt(context, {
      id,
      askWho,
      redirectUri: authWindow.redirectUri,
    });
    await windows.cleared(signal);
    await context.store.step({ type: 'phaseReached', attemptId: id, phase: 'window' });
    await finishAttempt(context, secrets, await windows.open(url, id, signal), signal);
  } catch (error) {
    const noWindow = isFxaError(error) && error.code === 'unsupported';
    if (!noWindow || authTab.redirectUri === undefined || !(await authTab.allowed())) throw error;
    await openTab(context, tabs, { id, askWho }, signal);
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
  throwIfCancelled(signal);
  await context.store.step({ type: 'movedToTab', attemptId: options.id });
  await context.store.step({ type: 'phaseReached', attemptId: options.id, phase: 'window' });
  await tabs.open(url, secrets);
}

/** Firefox shows its own error page in the window and waits for ever: find out before there is a window. */
async function reachable(context: Context, signal: AbortSignal): Promise<void> {
  const http = context.http(signal);
  const { endpoints } = await context.deployment(http, { anew: true });
  // Discovered endpoints have just come from there, which is the same question answered.
  if (context.config.endpoints) await checkReachable(endpoints, http);
}
