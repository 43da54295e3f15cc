// Refreshes the access token ahead of time, so that calls don't wait for it and a session that was ended elsewhere is
// noticed within the hour. Driven by an alarm; a missed one is made up for at the next wake.
import { isFxaError } from '../../fxa/errors.ts';
import type { Context } from '../context.ts';
import { isFresh, mainToken, staleAt } from './token-cache.ts';
import type { CachedToken } from '../state/record.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { refreshIfCurrent } from './access-token.ts';
import { ALARMS, LOCKS, MEMORY } from '../state/storage-items.ts';

export const REFRESH_ALARM = ALARMS.refresh;

/** How long before a token goes stale to refresh it. */
const AHEAD_MS = 60_000;
/** Tokens with a shorter lifetime are only refreshed on demand, rather than waking the background every few minutes. */
const SHORT_LIVED_MS = 10 * 60_000;
/** Delay of the first refresh after the browser starts. */
const FIRST_MS = 60_000;
const FAILED_MS = 60_000;
const LONGEST_MS = 3_600_000;
/** A plan further ahead than this was made by a wrong clock. */
const ABSURD_MS = 49 * 3_600_000;

interface RetryPlan {
  readonly sessionId: string;
  /** Earliest next refresh, in milliseconds. */
  readonly notBefore: number;
  readonly failures: number;
}

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
  const { failures = 0 } = (await readPlan(context, live)) ?? {};
  try {
    await refreshIfCurrent(context, live, token);
    await savePlan(context, live, { notBefore: 0, failures: 0 });
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const retryAfter = isFxaError(error) ? (error.retryAfter ?? 0) : 0;
    const delay = Math.max(retryAfter * 1000, Math.min(LONGEST_MS, FAILED_MS * 2 ** failures));
    const notBefore = ports.now() + delay * (1 + ports.random() / 4);
    await savePlan(context, live, { notBefore, failures: failures + 1 });
  }
}

/** Reads the session again: it may have ended, or another begun, during the refresh. */
async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const live = await currentSession(context);
  const due = live && (await dueAt(context, live, mainToken(await context.store.tokens(), live)));
  if (due === undefined) return alarms.clear(REFRESH_ALARM);
  return alarms.set(REFRESH_ALARM, Math.max(due, now() + FIRST_MS));
}

/** When to refresh next, in milliseconds; undefined when only on demand. */
async function dueAt(
  context: Context,
  live: SignedIn,
  token: CachedToken | undefined,
): Promise<number | undefined> {
  const { now, random } = context.ports;
  if (token && isShortLived(token) && !live.hint) return undefined;
  const plan = await readPlan(context, live);
  if (!token && !plan && !live.hint) {
    const notBefore = now() + FIRST_MS * (1 + 4 * random());
    await savePlan(context, live, { notBefore, failures: 0 });
    return notBefore;
  }
  // If the session is suspected to have ended, refresh at once: only that can tell.
  const wanted = token && !live.hint && isFresh(token, now()) ? staleAt(token) - AHEAD_MS : 0;
  // A suspected end doesn't wait for the first refresh after a start, only for a failed one.
  const waits = plan && plan.notBefore < now() + ABSURD_MS && !(live.hint && plan.failures === 0);
  const notBefore = waits ? plan.notBefore : 0;
  return Math.max(wanted, notBefore);
}

async function readPlan({ ports }: Context, { id }: SignedIn): Promise<RetryPlan | undefined> {
  const plan = (await ports.memory.get(MEMORY.refreshPlan)) as RetryPlan | undefined;
  return plan?.sessionId === id ? plan : undefined;
}

function savePlan({ ports }: Context, { id }: SignedIn, plan: Omit<RetryPlan, 'sessionId'>): Promise<void> {
  return ports.memory.set({ [MEMORY.refreshPlan]: { sessionId: id, ...plan } satisfies RetryPlan });
}

const isShortLived = ({ receivedAt, expiresAt }: CachedToken) => expiresAt - receivedAt < SHORT_LIVED_MS;

async function currentSession({ store }: Context): Promise<SignedIn | undefined> {
  return liveSession((await store.read()).session);
}
