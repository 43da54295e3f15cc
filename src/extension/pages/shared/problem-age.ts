// How long a problem is news. What a person did themself, or what the next look at the profile will settle, soon is not.
import type { Problem, Session } from '../../../session/state/states.ts';
import { errorInfo } from './error-info.ts';

const MINUTE_MS = 60_000;
/** What has to be done about a problem is no news after that long. */
const LONGEST_NEWS_MS = 7 * 24 * 60 * MINUTE_MS;
/** No server is left alone for longer (fxa/back-off.ts), with the jitter that is added to it. */
const LONGEST_BACK_OFF_MS = 60 * MINUTE_MS;
const JITTER = 1.25;

/** The problem while it is worth showing, at the instant `now` in milliseconds. Pure. */
export function isCurrent(
  problem: Problem | undefined,
  status: Session['status'],
  now: number,
): Problem | undefined {
  if (!problem) return undefined;
  // Whatever a clock that was set back makes of it.
  const age = Math.abs(now - problem.at);
  if (problem.code === 'cancelled') return age < MINUTE_MS ? problem : undefined;
  if (status === 'signedIn') return age < 5 * MINUTE_MS ? problem : undefined;
  const { severity, action } = errorInfo(problem.code);
  const passing = severity === 'waiting' && minutesLeft(problem, now) === 0;
  if (passing) return isNews(problem.at, now) ? problem : undefined;
  // What cannot be read stays unreadable.
  return action === 'reset' || age < LONGEST_NEWS_MS ? problem : undefined;
}

/** How a session ended, while that is worth telling. Pure. */
export function isRecent({ at }: Problem, now: number): boolean {
  return Math.abs(now - at) < LONGEST_NEWS_MS;
}

/** Whether what happened at that instant is still worth telling. Milliseconds. Pure. */
export function isNews(at: number, now: number): boolean {
  return Math.abs(now - at) < 60 * MINUTE_MS;
}

/**
 * Whole minutes until a server that is asked too much wants to hear from us again; 0 when that time has come. An instant
 * further away than any back-off was set by a clock that is right again. Pure.
 */
export function minutesLeft({ code, at, retryAfter = 0 }: Problem, now: number): number {
  const left = at + retryAfter * 1000 - now;
  if (code !== 'rate_limited' || left > LONGEST_BACK_OFF_MS * JITTER) return 0;
  return Math.max(0, Math.ceil(Math.min(left, retryAfter * 1000, LONGEST_BACK_OFF_MS) / MINUTE_MS));
}
