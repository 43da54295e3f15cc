// Decides when to ask the companion next: often after use, then ever more rarely.
import { JITTER, LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import type { RetryPlan, Waits } from '../retry-plan.ts';

const HOUR_MS = 3_600_000;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;
/** The background often wakes several times in a row. */
const MIN_INTERVAL_MS = 15_000;
/** The longest pause that a companion may ask for, in seconds. */
const LONGEST_POLL_AFTER = 86_400;

export interface PollPlan extends RetryPlan {
  /** When the companion was last asked, in milliseconds. */
  readonly askedAt: number;
  /** From 0 up to 1: how much of the jitter this pause has. */
  readonly spread: number;
}

/** What the pause depends on besides the plan. Instants and `every` in milliseconds. */
export interface PollBasis {
  readonly every: number;
  /** When the user last used the extension. */
  readonly usedAt: number;
  readonly now: number;
  /** Ask as soon as the companion allows, whatever the pause: the popup has opened, or the device was asleep. */
  readonly atOnce?: boolean;
}

/**
 * When to ask the companion next, in milliseconds. The pause is `every` in the hour after use, then as long again as
 * has passed without use since, which doubles it, up to six hours. What the companion asks for only lengthens it.
 * Pure.
 */
export function nextPoll(plan: PollPlan | undefined, { every, usedAt, now, atOnce }: PollBasis): number {
  // A plan from the future was made by a clock that has been corrected since.
  if (!plan || plan.askedAt > now) return now;
  const { askedAt, notBefore, failures, spread } = plan;
  const pause = pauseAfter(askedAt - usedAt, every);
  // Use may have shortened the pause after the failure.
  if (failures > 0) return Math.min(notBefore, askedAt + waitsFor(pause, every).longest * (1 + JITTER));
  return atOnce ? notBefore : Math.max(notBefore, askedAt + withJitter(pause, spread));
}

/** The plan after an answer, which may ask for a pause in seconds; 0 if it doesn't. Pure. */
export function afterAnswer(
  now: number,
  { every, pollAfter, spread, failures }: Record<'every' | 'pollAfter' | 'spread' | 'failures', number>,
): PollPlan {
  const rest = Math.max(Math.min(MIN_INTERVAL_MS, every), withJitter(pollAfter * 1000, spread));
  return { notBefore: now + rest, failures, askedAt: now, spread };
}

/** How failures back off: a companion that is down is not asked more often than one that is up. Pure. */
export function failureWaits({ every, usedAt, now }: PollBasis): Waits {
  return waitsFor(pauseAfter(now - usedAt, every), every);
}

/** `Poll-After` of an answer: whole seconds, a day at most. 0 for none, or one that is invalid. Pure. */
export function parsePollAfter(header: string | null): number {
  return header !== null && /^\d{1,9}$/.test(header) ? Math.min(LONGEST_POLL_AFTER, Number(header)) : 0;
}

function pauseAfter(unused: number, every: number): number {
  return unused < HOUR_MS ? every : Math.max(every, Math.min(LONGEST_PAUSE_MS, unused - HOUR_MS + 2 * every));
}

function waitsFor(pause: number, every: number): Waits {
  return { rest: 0, first: every, longest: Math.max(LONGEST_BACK_OFF * 1000, pause) };
}

/** Whole milliseconds: an alarm that fires a fraction too early would be rescheduled over and over. */
function withJitter(pause: number, spread: number): number {
  return Math.ceil(pause * (1 + JITTER * spread));
}
