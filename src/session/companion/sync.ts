// Polls the companion for account changes. Its answers only prompt a check with Mozilla accounts; they prove nothing by
// themselves. Without a companion, or when it is down, everything else keeps working.
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { companionApi, type CompanionApi } from './client.ts';
import {
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
import { currentSession, type CompanionConfig, type Context } from '../context.ts';
import { refetchProfile } from '../profile.ts';
import { afterFailure, isDue, NEVER_TRIED, readPlan, savePlan, type Waits } from '../retry-plan.ts';
import { fetchEndReason, findUnexplainedEnd } from './end-reason.ts';
import { baseState, liveSession, type SignedIn } from '../state/states.ts';
import { ALARMS, LOCKS, MEMORY } from '../state/storage-items.ts';

/** The background often wakes several times in a row. */
const MIN_INTERVAL_MS = 15_000;
/** Longest pause between two questions why a session ended. */
const MAX_INTERVAL_MS = 6 * 3_600_000;

/** Polls the companion if due, and schedules the next poll. Call at every wake. */
export async function pollCompanion(context: Context): Promise<void> {
  const { companion } = context.config;
  if (!companion) return;
  await moveCompanionSessionsToMemory(context);
  await withCompanionLock(context, async () => {
    const live = await currentSession(context);
    const ended = live ? undefined : await findUnexplainedEnd(context);
    if (live) await runIfDue(context, companion, live.id, () => poll(context, live));
    if (ended) {
      await runIfDue(context, companion, ended.id, async () => {
        await fetchEndReason(context, ended);
        return true;
      });
    }
    await scheduleNext(context, companion);
  });
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
  const companionSession = live && (await getCompanionSession(context, live.id));
  if (!companionSession) return undefined;
  const plan = await readPlan(context.ports, MEMORY.companionPlan, live.id);
  if (plan?.failures !== 0) return undefined;
  return { live, companionSession, api: companionApi(companionSession.origin, context.http()) };
}

/** Runs `work` if due, and plans the next run. It resolves with whether the companion accepted an existing session. */
async function runIfDue(
  { ports }: Context,
  { every }: CompanionConfig,
  sessionId: string,
  work: () => Promise<boolean>,
): Promise<void> {
  const everyMs = every * 1000;
  const rest = Math.min(MIN_INTERVAL_MS, everyMs);
  const waits: Waits = { rest, first: everyMs, longest: LONGEST_BACK_OFF * 1000 };
  const plan = (await readPlan(ports, MEMORY.companionPlan, sessionId)) ?? NEVER_TRIED;
  if (!isDue(plan, waits, ports.now())) return;
  const next = await work().then(
    // A new session is unproven, so the failure count stays.
    (accepted) => ({ notBefore: ports.now() + rest, failures: accepted ? 0 : plan.failures }),
    (error: unknown) => afterFailure(ports, plan, waits, error),
  );
  await savePlan(ports, MEMORY.companionPlan, sessionId, next);
}

/**
 * True when the companion accepted the existing session, false when a new one was created.
 *
 * @throws FxaError also when the companion rejected the session, so that repeated rejections back off.
 */
async function poll(context: Context, live: SignedIn): Promise<boolean> {
  const known = await getCompanionSession(context, live.id);
  if (!known) {
    await createCompanionSession(context, live);
    return false;
  }
  const answer = await companionApi(known.origin, context.http()).state(known.session, known.etag);
  if (answer === undefined) return true;
  if ('rejected' in answer) {
    // Without a reason, replaces the session at once; with one, Mozilla accounts is asked first.
    if (!(await recordSuspicion(context, live, answer))) await createCompanionSession(context, live);
    throw sessionRejectedError();
  }
  const { state, etag } = answer;
  const { revision, metrics } = state;
  if (revision !== known.revision) {
    if (!metrics) await closeMetrics(context, live);
    // Keep the old revision until the profile was fetched, so that the next poll tries again.
    if (!(await refetchProfile(context, () => (metrics ? undefined : closeMetrics(context, live)))))
      return true;
    const after = await currentSession(context);
    if (after?.id !== live.id) return true;
    // The companion allows metrics by a profile it reads itself. Refresh the session only if there may be counts to
    // send.
    if (!metrics && (await context.metricsAllowed())) {
      await createCompanionSession(context, after, { ...known, revision });
      return true;
    }
  }
  await saveCompanionSession(context, live.id, { ...known, revision, ...(etag !== undefined && { etag }) });
  return true;
}

async function scheduleNext(context: Context, { every }: CompanionConfig): Promise<void> {
  const { ports, store } = context;
  const { session } = await store.read();
  const subject = liveSession(session) ?? (await findUnexplainedEnd(context));
  if (!subject) return ports.alarms.clear(ALARMS.companion);
  const plan = (await readPlan(ports, MEMORY.companionPlan, subject.id)) ?? NEVER_TRIED;
  // The longer ago a session ended, the more rarely its reason is asked for.
  const base = baseState(session);
  const sinceEnd = base.status === 'needsReauth' ? ports.now() - base.endReason.at : 0;
  const pause = Math.max(every * 1000, Math.min(MAX_INTERVAL_MS, sinceEnd));
  return ports.alarms.set(ALARMS.companion, plan.failures > 0 ? plan.notBefore : ports.now() + pause);
}
