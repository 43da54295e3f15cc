// How long a problem is news. What a person did themself, or what the next look at the profile will settle, soon is not.
import type { Problem, Session } from '../../session/state.ts';
import { wayOut } from './way-out.ts';

const MINUTE_MS = 60_000;

/** The problem while it is worth showing, at the instant `now` in milliseconds. Pure. */
export function isCurrent(
  problem: Problem | undefined,
  status: Session['status'],
  now: number,
): Problem | undefined {
  if (!problem) return undefined;
  const age = now - problem.at;
  if (problem.code === 'cancelled') return age < MINUTE_MS ? problem : undefined;
  if (status === 'signedIn') return age < 5 * MINUTE_MS ? problem : undefined;
  const passing = wayOut(problem.code).kind === 'waiting' && minutesLeft(problem, now) === 0;
  return passing && !isNews(problem.at, now) ? undefined : problem;
}

/** Whether what happened at that instant is still worth telling. Milliseconds. Pure. */
export function isNews(at: number, now: number): boolean {
  return now - at < 60 * MINUTE_MS;
}

/** Whole minutes until the server wants to hear from us again; 0 when that time has come. Pure. */
export function minutesLeft({ at, retryAfter = 0 }: Problem, now: number): number {
  return Math.max(0, Math.ceil((at + retryAfter * 1000 - now) / MINUTE_MS));
}
