// Refreshes the access token ahead of time, so that calls don't wait for it and a session that was ended elsewhere is
// noticed within the hour. Driven by an alarm; a missed one is made up for at the next wake.
import { currentSession, type Context } from '../context.ts';
import { afterFailure, isDue, NEVER_TRIED, readPlan, savePlan } from '../retry-plan.ts';
import { isFresh, mainToken, staleAt } from './token-cache.ts';
import type { CachedToken } from '../state/record.ts';
import type { SignedIn } from '../state/states.ts';
import { refreshIfCurrent } from './access-token.ts';
import { ALARMS, LOCKS, MEMORY } from '../state/storage-items.ts';

/** How long before a token goes stale to refresh it. */
const AHEAD_MS = 60_000;
/** Tokens with a shorter lifetime are only refreshed on demand, rather than waking the background every few minutes. */
const SHORT_LIVED_MS = 10 * 60_000;
/** Delay of the first refresh after the browser starts. */
const FIRST_MS = 60_000;
/** At rest only before the first refresh after a start. */
const WAITS = { rest: 5 * FIRST_MS, first: 60_000, longest: 3_600_000 };

/** Refreshes if due, and schedules the next refresh. An error postpones it; a rejected grant ends the session. */
export async function refreshAhead(context: Context): Promise<void> {
  await context.ports.locks.exclusive(LOCKS.refreshSchedule, async () => {
    const live = await currentSession(context);
    if (live) await refreshIfDue(context, live);
    await scheduleNext(context);
  });
}

async function refreshIfDue(context: Context, live: SignedIn): Promise<void> {
  const { ports, store } = context;
  const token = mainToken(await store.tokens(), live);
  const due = await dueAt(context, live, token);
  if (due === undefined || due > ports.now()) return;
  const plan = (await readPlan(ports, MEMORY.refreshPlan, live.id)) ?? NEVER_TRIED;
  const next = await refreshIfCurrent(context, live, token).then(
    () => NEVER_TRIED,
    (error: unknown) => afterFailure(ports, plan, WAITS, error),
  );
  await savePlan(ports, MEMORY.refreshPlan, live.id, next);
}

/** Reads the session again: it may have ended, or another begun, during the refresh. */
async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const live = await currentSession(context);
  const due = live && (await dueAt(context, live, mainToken(await context.store.tokens(), live)));
  if (due === undefined) return alarms.clear(ALARMS.refresh);
  return alarms.set(ALARMS.refresh, Math.max(due, now() + FIRST_MS));
}

/** When to refresh next, in milliseconds; undefined when only on demand. */
async function dueAt(
  context: Context,
  live: SignedIn,
  token: CachedToken | undefined,
): Promise<number | undefined> {
  const { ports } = context;
  const isShortLived = token && token.expiresAt - token.receivedAt < SHORT_LIVED_MS;
  if (isShortLived && !live.suspectedEnd) return undefined;
  const plan = await readPlan(ports, MEMORY.refreshPlan, live.id);
  if (!token && !plan && !live.suspectedEnd) {
    const notBefore = ports.now() + FIRST_MS * (1 + 4 * ports.random());
    await savePlan(ports, MEMORY.refreshPlan, live.id, { notBefore, failures: 0 });
    return notBefore;
  }
  // If the session is suspected to have ended, refresh at once: only that can tell.
  const due = token && !live.suspectedEnd && isFresh(token, ports.now()) ? staleAt(token) - AHEAD_MS : 0;
  // A suspected end doesn't wait for the first refresh after a start, only for a failed one.
  const waits = plan && !isDue(plan, WAITS, ports.now()) && !(live.suspectedEnd && plan.failures === 0);
  return Math.max(due, waits ? plan.notBefore : 0);
}
