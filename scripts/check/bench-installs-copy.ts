// One copy of the extension in the simulation: when its browser runs, when it is used, and when it therefore polls.
import {
  afterAnswer,
  failureWaits,
  nextPoll,
  type PollPlan,
} from '../../src/session/companion/poll-schedule.ts';
import { nextTry } from '../../src/fxa/back-off.ts';
import type { Chance } from '../../test/harness/random.ts';

/** Seconds. */
const DAY = 86_400;
const HOUR = 3600;
const EVERY = 300;
const RESTART_TAKES = 30;

interface Run {
  readonly from: number;
  readonly to: number;
  /** When the popup opens. */
  readonly uses: readonly number[];
}

/** One run a day; those of a copy that always runs follow each other. */
function runsOf(chance: Chance, days: number): Run[] {
  const kind = chance.next();
  const alwaysOn = chance.next() >= 0.7;
  const bell = () => chance.next() + chance.next() + chance.next() + chance.next() - 2;
  const usesIn = (from: number, to: number) => {
    if (kind < 0.6) return [];
    if (kind < 0.9) return [from + chance.next() * (to - from)];
    const first = from + (chance.next() * HOUR) / 2;
    return Array.from({ length: Math.ceil((to - first) / (HOUR / 2)) }, (_, n) => first + (n * HOUR) / 2);
  };
  const start = alwaysOn ? chance.next() * HOUR : 9 * HOUR + bell() * HOUR;
  return Array.from({ length: days }, (_, day) => {
    const from = day * DAY + start;
    const to = alwaysOn ? (day + 1) * DAY + start : from + 9 * HOUR;
    const active = alwaysOn ? Math.min(to, from + 16 * HOUR) : to;
    return { from, to, uses: usesIn(from, active) };
  });
}

/** Seconds at which a copy polls, by the schedule and each five minutes; all instances restart once. */
export function pollsOf(
  chance: Chance,
  { days, restart }: { readonly days: number; readonly restart: number },
): { readonly scheduled: readonly number[]; readonly fixed: readonly number[] } {
  const scheduled: number[] = [];
  const fixed: number[] = [];
  // Long before the first day.
  let usedAt = -30 * DAY;
  let plan: PollPlan | undefined;
  let ranUntil = -1;
  const basis = (at: number) => ({ every: EVERY * 1000, usedAt: usedAt * 1000, now: at * 1000 });
  for (const { from, to, uses } of runsOf(chance, days)) {
    for (let at = from; at < to; at += EVERY) fixed.push(at);
    // A start of the browser forgets the plan.
    if (from > ranUntil) plan = undefined;
    ranUntil = to;
    let at = from;
    const waiting = [...uses];
    for (;;) {
      const due = Math.max(at, nextPoll(plan, basis(at)) / 1000);
      const [use = Infinity] = waiting;
      at = Math.min(due, use);
      if (at >= to) break;
      if (use <= due) {
        waiting.shift();
        usedAt = at;
        if (nextPoll(plan, { ...basis(at), atOnce: true }) / 1000 > at) continue;
      }
      scheduled.push(at);
      plan = polled(at, plan, basis(at), chance, at >= restart && at < restart + RESTART_TAKES);
    }
  }
  return { scheduled, fixed };
}

function polled(
  at: number,
  before: PollPlan | undefined,
  basis: Parameters<typeof failureWaits>[0],
  chance: Chance,
  fails: boolean,
): PollPlan {
  const spread = chance.next();
  if (!fails) return afterAnswer(at * 1000, { every: EVERY * 1000, pollAfter: 0, spread, failures: 0 });
  const failures = before?.failures ?? 0;
  const pause = nextTry(failureWaits(basis), failures, chance.next());
  return { notBefore: at * 1000 + pause, failures: failures + 1, askedAt: at * 1000, spread };
}
