// How long a problem is shown. Cancellations and problems that the next refresh may fix are shown only briefly.
import { JITTER, LONGEST_BACK_OFF } from '../../../session/constants.ts';
import type { Problem, Session } from '../../../session/state/states.ts';
import { errorInfo } from './error-info.ts';

const MINUTE_MS = 60_000;
/** The longest time that a problem is shown. */
const LONGEST_SHOWN_MS = 7 * 24 * 60 * MINUTE_MS;
const LONGEST_BACK_OFF_MS = LONGEST_BACK_OFF * 1000;

/** The problem if it should still be shown; `now` in milliseconds. Pure. */
export function isCurrent(
  problem: Problem | undefined,
  status: Session['status'],
  now: number,
): Problem | undefined {
  if (!problem) return undefined;
  // Absolute, in case the clock was set back.
  const age = Math.abs(now - problem.at);
  if (problem.code === 'cancelled') return age < MINUTE_MS ? problem : undefined;
  if (status === 'signedIn') return age < 5 * MINUTE_MS ? problem : undefined;
  const { severity, action } = errorInfo(problem.code);
  const passing = severity === 'waiting' && minutesLeft(problem, now) === 0;
  if (passing) return isNews(problem.at, now) ? problem : undefined;
  // Storage stays unreadable until it is reset.
  return action === 'reset' || age < LONGEST_SHOWN_MS ? problem : undefined;
}

/** Whether the end of a session should still be shown. Pure. */
export function isRecent({ at }: Problem, now: number): boolean {
  return Math.abs(now - at) < LONGEST_SHOWN_MS;
}

/** Whether something that happened at `at` should still be shown. Milliseconds. Pure. */
export function isNews(at: number, now: number): boolean {
  return Math.abs(now - at) < 60 * MINUTE_MS;
}

/**
 * Whole minutes until a rate-limiting server accepts requests again, or 0. A time beyond the longest back-off comes
 * from a clock that was wrong, and counts as 0. Pure.
 */
export function minutesLeft({ code, at, retryAfter = 0 }: Problem, now: number): number {
  const left = at + retryAfter * 1000 - now;
  if (code !== 'rate_limited' || left > LONGEST_BACK_OFF_MS * (1 + JITTER)) return 0;
  return Math.max(0, Math.ceil(Math.min(left, retryAfter * 1000, LONGEST_BACK_OFF_MS) / MINUTE_MS));
}
