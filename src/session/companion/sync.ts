// Polls the companion for account changes. Its answers only prompt a check with Mozilla accounts; they prove nothing by
// themselves. Without a companion, or when it is down, everything else keeps working.
import { companionApi, type CompanionApi, type StateResult } from './client.ts';
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
import { afterFailure, readPlan, savePlan } from '../retry-plan.ts';
import { fetchEndReason, findUnexplainedEnd } from './end-reason.ts';
import { afterAnswer, failureWaits, nextPoll, type PollBasis, type PollPlan } from './poll-schedule.ts';
import { baseState, liveSession, type SignedIn } from '../state/states.ts';
import { ALARMS, LOCAL, LOCKS, MEMORY } from '../state/storage-items.ts';

/** How exact `usedAt` is stored, in milliseconds. */
const USE_PRECISION_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * Notes that the extension is used. Resolves with whether it was the first use in an hour: the next poll may be far off
 * then. Never rejects: without the note, the companion is only asked more rarely.
 */
export async function noteUse({ ports, config }: Context): Promise<boolean> {
  if (!config.companion) return false;
  const now = ports.now();
  try {
    const unused = now - (((await ports.local.get(LOCAL.usedAt)) as number | undefined) ?? 0);
    if (Math.abs(unused) > USE_PRECISION_MS) await ports.local.set({ [LOCAL.usedAt]: now });
    return unused > HOUR_MS;
  } catch {
    return false;
  }
}

/** Polls the companion if due, and schedules the next poll. Call at every wake. */
export async function pollCompanion(
  context: Context,
  { atOnce = false }: { readonly atOnce?: boolean } = {},
): Promise<void> {
  const { companion } = context.config;
  if (!companion) return;
  await moveCompanionSessionsToMemory(context);
  await withCompanionLock(context, async () => {
    const live = await currentSession(context);
    const ended = live ? undefined : await findUnexplainedEnd(context);
    const basis = { ...(await pollBasis(context, companion)), atOnce };
    if (live) await runIfDue(context, basis, live.id, () => poll(context, live));
    if (ended) {
      const ask = async () => ({ accepted: true, pollAfter: await fetchEndReason(context, ended) });
      await runIfDue(context, basis, ended.id, ask);
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

interface Polled {
  /** The companion accepted an existing session; false when a new one was created. */
  readonly accepted: boolean;
  /** Seconds to wait at least. */
  readonly pollAfter: number;
}

/** Runs `work` if due, and plans the next run. */
async function runIfDue(
  { ports }: Context,
  basis: PollBasis,
  sessionId: string,
  work: () => Promise<Polled>,
): Promise<void> {
  const plan = await readPlan<PollPlan>(ports, MEMORY.companionPlan, sessionId);
  if (nextPoll(plan, basis) > ports.now()) return;
  const { every } = basis;
  const { failures = 0 } = plan ?? {};
  // The background may be stopped before it plans the next poll.
  await ports.alarms.set(ALARMS.companion, ports.now() + every);
  const spread = ports.random();
  const next = await work().then(
    // A new session is unproven, so the failure count stays.
    ({ accepted, pollAfter }) =>
      afterAnswer(ports.now(), { every, pollAfter, spread, failures: accepted ? 0 : failures }),
    (error: unknown): PollPlan => ({
      ...afterFailure(ports, { notBefore: 0, failures }, failureWaits(basis), error),
      askedAt: ports.now(),
      spread,
    }),
  );
  await savePlan(ports, MEMORY.companionPlan, sessionId, next);
}

/**
 * Asks about the live session, or creates its companion session.
 *
 * @throws FxaError also when the companion rejected the session, so that repeated rejections back off.
 */
async function poll(context: Context, live: SignedIn): Promise<Polled> {
  const known = await getCompanionSession(context, live.id);
  if (!known) {
    await createCompanionSession(context, live);
    return { accepted: false, pollAfter: 0 };
  }
  const answer = await companionApi(known.origin, context.http()).state(known.session, known.etag);
  if ('rejected' in answer) {
    // Without a reason, replaces the session at once; with one, Mozilla accounts is asked first.
    if (!(await recordSuspicion(context, live, answer))) await createCompanionSession(context, live);
    throw sessionRejectedError();
  }
  const { changed, pollAfter } = answer;
  if (changed) await applyState(context, live, known, changed);
  return { accepted: true, pollAfter };
}

async function applyState(
  context: Context,
  live: SignedIn,
  known: CompanionSession,
  { state: { revision, metrics }, etag }: NonNullable<StateResult['changed']>,
): Promise<void> {
  if (revision !== known.revision) {
    if (!metrics) await closeMetrics(context, live);
    // Keep the old revision until the profile was fetched, so that the next poll tries again.
    if (!(await refetchProfile(context, () => (metrics ? undefined : closeMetrics(context, live))))) return;
    const after = await currentSession(context);
    if (after?.id !== live.id) return;
    // The companion allows metrics by a profile it reads itself. Refresh the session only if there may be counts to
    // send.
    if (!metrics && (await context.metricsAllowed())) {
      return createCompanionSession(context, after, { ...known, revision });
    }
  }
  await saveCompanionSession(context, live.id, { ...known, revision, ...(etag !== undefined && { etag }) });
}

async function scheduleNext(context: Context, companion: CompanionConfig): Promise<void> {
  const { ports, store } = context;
  const subject = liveSession((await store.read()).session) ?? (await findUnexplainedEnd(context));
  if (!subject) return ports.alarms.clear(ALARMS.companion);
  const plan = await readPlan<PollPlan>(ports, MEMORY.companionPlan, subject.id);
  return ports.alarms.set(ALARMS.companion, nextPoll(plan, await pollBasis(context, companion)));
}

/** A sign-in counts as use, and so does the end of one, whose reason may follow. */
async function pollBasis({ ports, store }: Context, { every }: CompanionConfig): Promise<PollBasis> {
  const now = ports.now();
  const base = baseState((await store.read()).session);
  const began = base.status === 'signedIn' ? base.since : (base.endReason?.at ?? 0);
  const used = ((await ports.local.get(LOCAL.usedAt)) as number | undefined) ?? 0;
  // An instant in the future is of a clock that has been corrected since.
  return { every: every * 1000, usedAt: Math.max(0, ...[began, used].filter((at) => at <= now)), now };
}
