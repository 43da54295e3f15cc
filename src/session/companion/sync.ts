// Polls the companion for account changes. Its answers only prompt a check with Mozilla accounts; they prove nothing by
// themselves. Without a companion, or when it is down, everything else keeps working.
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { isFxaError } from '../../fxa/errors.ts';
import type { CompanionApi, SessionRejected } from './client.ts';
import {
  apiOf,
  closeMetrics,
  createCompanionSession,
  recordSuspicion,
  sessionRejectedError,
} from './create-session.ts';
import {
  saveCompanionSession,
  moveCompanionSessionsToMemory,
  getCompanionSession,
  type CompanionSession,
} from './session-store.ts';
import type { Context } from '../context.ts';
import { refetchProfile } from '../profile.ts';
import { fetchEndReason, unexplainedSessionId, timeSinceEnd, companionSessionToAsk } from './end-reason.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { ALARMS, LOCKS, MEMORY } from '../state/storage-items.ts';

export const COMPANION_ALARM = ALARMS.companion;

/** The background often wakes several times in a row. */
const MIN_INTERVAL_MS = 15_000;
/** Longest pause between two questions why a session ended. */
const MAX_INTERVAL_MS = 6 * 3_600_000;

interface RetryPlan {
  readonly sessionId: string;
  /** When it was last polled, and how long to wait after that; milliseconds. */
  readonly at: number;
  readonly wait: number;
  /** Failed polls in a row. */
  readonly failures: number;
}

/** Polls the companion if due, and schedules the next poll. Call at every wake. */
export async function pollCompanion(context: Context): Promise<void> {
  if (!context.config.companion) return;
  await moveCompanionSessionsToMemory(context);
  await withCompanionLock(context, async () => {
    const live = await currentSession(context);
    const ended = live ? undefined : await findUnexplainedEnd(context);
    if (live && (await isDue(context, live))) await runWithRetries(context, live, () => poll(context, live));
    if (ended && (await isDue(context, ended))) {
      await runWithRetries(context, ended, async () => {
        await fetchEndReason(context, ended.id, ended.companionSession);
        return true;
      });
    }
    await scheduleNext(context);
  });
}

/** The session that ended for an unknown reason, and the companion session that may explain it. */
async function findUnexplainedEnd(
  context: Context,
): Promise<{ id: string; companionSession: CompanionSession } | undefined> {
  const { session } = await context.store.read();
  const id = unexplainedSessionId(session, context.ports.now());
  const companionSession = id === undefined ? undefined : await companionSessionToAsk(context, id);
  return id !== undefined && companionSession ? { id, companionSession } : undefined;
}

/** Serializes everything that talks to the companion about the current session. */
export function withCompanionLock(context: Context, work: () => Promise<void>): Promise<void> {
  return context.ports.locks.exclusive(LOCKS.companion, work);
}

/** A live session with its companion session, and the companion to call with it. */
export interface Connection {
  readonly live: SignedIn;
  readonly companionSession: CompanionSession;
  readonly api: CompanionApi;
}

/** The live session's connection; undefined without a companion session, or when the last poll failed. */
export async function connectedSession(context: Context): Promise<Connection | undefined> {
  const live = await currentSession(context);
  const companionSession = live && (await currentCompanionSession(context, live.id));
  if (!companionSession || (await readPlan(context, live))?.failures !== 0) return undefined;
  return { live, companionSession, api: apiOf(context, companionSession.origin) };
}

/** Runs `work` and plans the next run. `work` resolves with whether the companion accepted an existing session. */
async function runWithRetries(
  context: Context,
  subject: Subject,
  work: () => Promise<boolean>,
): Promise<void> {
  const { ports, config } = context;
  const { failures = 0 } = (await readPlan(context, subject)) ?? {};
  const everyMs = (config.companion?.every ?? 0) * 1000;
  try {
    const accepted = await work();
    // A new session is unproven, so the failure count stays.
    await savePlan(context, subject, {
      wait: Math.min(MIN_INTERVAL_MS, everyMs),
      failures: accepted ? 0 : failures,
    });
  } catch (error) {
    if (!isFxaError(error)) ports.report(error);
    const retryAfter = isFxaError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
    const delay = Math.max(retryAfter, Math.min(LONGEST_BACK_OFF * 1000, everyMs * 2 ** failures));
    // Whole milliseconds: an alarm that fires a fraction too early would be rescheduled over and over.
    const wait = Math.floor(delay * (1 + ports.random() / 4));
    await savePlan(context, subject, { wait, failures: failures + 1 });
  }
}

/**
 * True when the companion accepted the existing session, false when a new one was created.
 *
 * @throws FxaError also when the companion rejected the session, so that repeated rejections back off.
 */
async function poll(context: Context, live: SignedIn): Promise<boolean> {
  const companionSession = await currentCompanionSession(context, live.id);
  if (!companionSession) {
    await createCompanionSession(context, live);
    return false;
  }
  const answer = await apiOf(context, companionSession.origin).state(
    companionSession.session,
    companionSession.etag,
  );
  if (answer === undefined) return true;
  if ('rejected' in answer) return onRejected(context, live, answer);
  const { state, etag } = answer;
  const { revision, metrics } = state;
  if (revision !== companionSession.revision) {
    if (!metrics) await closeMetrics(context, live);
    // Keep the old revision until the profile was fetched, so that the next poll tries again.
    if (!(await refetchProfile(context, () => (metrics ? undefined : closeMetrics(context, live)))))
      return true;
    const after = await currentSession(context);
    if (after?.id !== live.id) return true;
    // The companion allows metrics by a profile it reads itself. Refresh the session only if there may be counts to
    // send.
    if (!metrics && (await context.blockedBy()).length === 0) {
      await createCompanionSession(context, after, { ...companionSession, revision });
      return true;
    }
  }
  await saveCompanionSession(context, live.id, {
    ...companionSession,
    revision,
    ...(etag !== undefined && { etag }),
  });
  return true;
}

/** Without a reason, replaces the session at once; with one, Mozilla accounts is asked first. */
async function onRejected(context: Context, live: SignedIn, rejection: SessionRejected): Promise<never> {
  if (!(await recordSuspicion(context, live, rejection))) await createCompanionSession(context, live);
  throw sessionRejectedError();
}

/** The companion session, if it was created at this build's companion; any other is never sent there. */
async function currentCompanionSession(
  context: Context,
  owner: string,
): Promise<CompanionSession | undefined> {
  const companionSession = await getCompanionSession(context, owner);
  return companionSession?.origin === context.config.companion?.origin ? companionSession : undefined;
}

/** The session the companion is polled about. */
type Subject = Pick<SignedIn, 'id'>;

async function isDue(context: Context, subject: Subject): Promise<boolean> {
  const plan = await readPlan(context, subject);
  if (!plan) return true;
  const since = context.ports.now() - plan.at;
  // A negative age comes from a clock that has been corrected since.
  return !(since >= 0 && since < plan.wait);
}

async function scheduleNext(context: Context): Promise<void> {
  const { alarms, now } = context.ports;
  const { session } = await context.store.read();
  const subject = liveSession(session) ?? (await findUnexplainedEnd(context));
  const { companion } = context.config;
  if (!subject || !companion) return alarms.clear(COMPANION_ALARM);
  const { at = 0, wait = 0, failures = 0 } = (await readPlan(context, subject)) ?? {};
  const pause = Math.max(companion.every * 1000, Math.min(MAX_INTERVAL_MS, timeSinceEnd(session, now())));
  return alarms.set(COMPANION_ALARM, failures > 0 ? at + wait : now() + pause);
}

async function readPlan({ ports }: Context, { id }: Subject): Promise<RetryPlan | undefined> {
  const plan = (await ports.memory.get(MEMORY.companionPlan)) as RetryPlan | undefined;
  return plan?.sessionId === id ? plan : undefined;
}

function savePlan(
  { ports }: Context,
  { id }: Subject,
  plan: Pick<RetryPlan, 'wait' | 'failures'>,
): Promise<void> {
  return ports.memory.set({
    [MEMORY.companionPlan]: { sessionId: id, at: ports.now(), ...plan } satisfies RetryPlan,
  });
}

async function currentSession({ store }: Context): Promise<SignedIn | undefined> {
  return liveSession((await store.read()).session);
}
