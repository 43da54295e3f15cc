// When to run again what may fail: the one plan of polls, refreshes, uploads, revocations and handovers.
import { JITTER, nextTry } from '../fxa/back-off.ts';
import { isFxaError } from '../fxa/errors.ts';
import type { Ports } from './ports.ts';

export interface RetryPlan {
  /** Earliest next run, in milliseconds. */
  readonly notBefore: number;
  /** Failed runs in a row. */
  readonly failures: number;
}

/** Milliseconds to wait: after a success, after the first failure, and at most, which is an hour or more. */
export interface Waits {
  readonly rest: number;
  readonly first: number;
  readonly longest: number;
}

export const NEVER_TRIED: RetryPlan = { notBefore: 0, failures: 0 };

/** The plan after a failure: waits twice as long each time, and at least as long as the server asked for. */
export function afterFailure(
  { now, random, report }: Pick<Ports, 'now' | 'random' | 'report'>,
  { failures }: RetryPlan,
  waits: Waits,
  error: unknown,
): RetryPlan {
  if (!isFxaError(error)) report(error);
  const retryAfter = isFxaError(error) ? error.retryAfter : undefined;
  // Whole milliseconds: an alarm that fires a fraction too early would be rescheduled over and over.
  const pause = Math.floor(nextTry(waits, failures, random(), retryAfter));
  return { notBefore: now() + pause, failures: failures + 1 };
}

/** Whether the time has come. A pause longer than any was set by a clock that has been corrected since. Pure. */
export function isDue({ notBefore, failures }: RetryPlan, { rest, longest }: Waits, now: number): boolean {
  const most = failures > 0 ? longest * (1 + JITTER) : rest;
  return !(notBefore > now && notBefore <= now + most);
}

/** The plan that a session has under this key of `storage.session`; undefined before its first run. */
export async function readPlan<Plan extends RetryPlan = RetryPlan>(
  { memory }: Pick<Ports, 'memory'>,
  key: string,
  sessionId: string,
): Promise<Plan | undefined> {
  const stored = (await memory.get(key)) as (Plan & { readonly sessionId: string }) | undefined;
  return stored?.sessionId === sessionId ? stored : undefined;
}

/** Saves the plan of a session under a key of `MEMORY`. */
export function savePlan(
  { memory }: Pick<Ports, 'memory'>,
  key: string,
  sessionId: string,
  plan: RetryPlan,
): Promise<void> {
  return memory.set({ [key]: { ...plan, sessionId } });
}
