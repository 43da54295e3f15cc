// Keeps a session's access token fresh ahead of time, so that nobody waits for it, and so that a session which was ended
// elsewhere is noticed within the hour. An alarm carries it; one that comes late is made up for at the next wake.
import { isFxaError } from '../../fxa/errors.ts';
import type { Context } from '../context.ts';
import { isFresh, mainToken, staleAt } from './token-cache.ts';
import type { CachedToken } from '../state/record.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { refreshIfCurrent } from './access-token.ts';

export const REFRESH_ALARM = 'fxa:renewal';

/** Lies in `storage.session`: what is planned for which session, and how often it failed. */
const KEY = 'renewal';

/** So much before a token would no longer be handed out. */
const AHEAD_MS = 60_000;
/** Tokens that live shorter are renewed by need alone: a background that is woken every few minutes is a nuisance. */
const SHORT_LIVED_MS = 10 * 60_000;
/** After a start of the browser there is no token; nothing is in a hurry. */
const FIRST_MS = 60_000;
const FAILED_MS = 60_000;
const LONGEST_MS = 3_600_000;
/** Further ahead than any plan: set by a clock that has been put right since. */
const ABSURD_MS = 49 * 3_600_000;

interface RetryPlan {
  readonly sessionId: string;
  /** Not before this instant, in milliseconds. */
  readonly notBefore: number;
  readonly failures: number;
}

/** Renews what is due, and plans the next time. What goes wrong only postpones; a proof that the grant is gone ends it. */
export async function refreshAhead(context: Context): Promise<void> {
  await context.ports.locks.exclusive('fxa:renewal', async () => {
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

/** The session may have ended, or another begun, while the answer was on its way. */
async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const live = await currentSession(context);
  const due = live && (await dueAt(context, live, mainToken(await context.store.tokens(), live)));
  if (due === undefined) return alarms.clear(REFRESH_ALARM);
  return alarms.set(REFRESH_ALARM, Math.max(due, now() + FIRST_MS));
}

/** The instant (milliseconds) of the next renewal; undefined when there is none ahead of need. */
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
  // Somebody said that the session was ended: only a renewal can tell.
  const wanted = token && !live.hint && isFresh(token, now()) ? staleAt(token) - AHEAD_MS : 0;
  // The first renewal after a start is in no hurry, but a hint is; only what has failed makes it wait.
  const waits = plan && plan.notBefore < now() + ABSURD_MS && !(live.hint && plan.failures === 0);
  const notBefore = waits ? plan.notBefore : 0;
  return Math.max(wanted, notBefore);
}

async function readPlan({ ports }: Context, { id }: SignedIn): Promise<RetryPlan | undefined> {
  const plan = (await ports.memory.get(KEY)) as RetryPlan | undefined;
  return plan?.sessionId === id ? plan : undefined;
}

function savePlan({ ports }: Context, { id }: SignedIn, plan: Omit<RetryPlan, 'sessionId'>): Promise<void> {
  return ports.memory.set({ [KEY]: { sessionId: id, ...plan } satisfies RetryPlan });
}

const isShortLived = ({ receivedAt, expiresAt }: CachedToken) => expiresAt - receivedAt < SHORT_LIVED_MS;

async function currentSession({ store }: Context): Promise<SignedIn | undefined> {
  return liveSession((await store.read()).session);
}
