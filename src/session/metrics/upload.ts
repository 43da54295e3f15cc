// Sends what was counted, at most once; and has the companion forget it where that is no longer wanted.
import type { MetricsEvent } from '../../contract/companion.ts';
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import type { CompanionApi, SessionRejected } from '../companion/client.ts';
import {
  listCompanionSessions,
  updateObligations,
  type CompanionSession,
} from '../companion/session-store.ts';
import {
  createCompanionSession,
  closeMetrics,
  withCompanionLock,
  connectedSession,
} from '../companion/sync.ts';
import type { Context } from '../context.ts';
import { refetchProfile } from '../profile.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { changeQueue, assignTo, readQueue, recent, subjectOf } from './queue.ts';
import { addLine } from './events.ts';
import { MAX_BATCH } from './session-events.ts';
import { enforceConsent, publishPending } from './withdrawal.ts';

/** Lies in `storage.session`: when the companion was last told of counts, and how often in vain. */
const KEY = 'metricsSent';

/** Wakes come in bunches. */
const MIN_INTERVAL_MS = 60_000;

interface RetryPlan {
  /** Milliseconds. */
  readonly at: number;
  readonly wait: number;
  readonly failures: number;
}

type Terms = NonNullable<Awaited<ReturnType<typeof connectedSession>>>;

/** To be called when the popup is on show. Never rejects for the sake of counting. */
export async function countPopupOpened(context: Context): Promise<void> {
  const { session } = await context.store.read();
  const engage = liveSession(session) ? [{ name: 'engage' } as const] : [];
  await context.count([{ name: 'popup_opened' }, ...engage], session);
}

/** To be called at every wake, when everything else was done. */
export async function uploadMetrics(context: Context): Promise<void> {
  const { ports, config } = context;
  const { companion } = config;
  if (!companion) return;
  const floor = Math.min(MIN_INTERVAL_MS, companion.every * 1000);
  await withCompanionLock(context, async () => {
    if (!(await hasWork(context))) return;
    const plan = ((await ports.memory.get(KEY)) ?? { at: 0, wait: 0, failures: 0 }) as RetryPlan;
    const since = ports.now() - plan.at;
    const early = since >= 0 && since < plan.wait;
    const connection = early && plan.failures > 0 ? undefined : await connectedSession(context);
    if (!connection || (early && !connection.companionSession.marks?.purge)) return;
    const savePlan = (wait: number, failures: number) =>
      ports.memory.set({ [KEY]: { at: ports.now(), wait, failures } satisfies RetryPlan });
    try {
      await deleteUploadedCounts(context, connection.live.id, connection.companionSession, connection.api);
      if (!early && (await uploadBatch(context, connection))) await savePlan(floor, 0);
    } catch (error) {
      if (!isFxaError(error)) ports.report(error);
      await savePlan(Math.min(LONGEST_BACK_OFF * 1000, floor * 2 ** (plan.failures + 1)), plan.failures + 1);
    }
    // Somebody may have said no while this was under way.
    await enforceConsent(context);
  });
}

async function hasWork(context: Context): Promise<boolean> {
  if ((await readQueue(context)).waiting.length > 0) return true;
  const live = liveSession((await context.store.read()).session);
  return live !== undefined && (await listCompanionSessions(context))[live.id]?.marks?.purge === true;
}

/**
 * Has the companion forget what it was told with this seat, where that is still to be done. A companion that says the session is
 * over has forgotten nothing: then it is still owed.
 *
 * @throws FxaError as the companion's calls.
 */
export async function deleteUploadedCounts(
  context: Context,
  owner: string,
  { session, marks }: CompanionSession,
  api: CompanionApi,
): Promise<SessionRejected | undefined> {
  if (!marks?.purge) return undefined;
  const gone = await api.forget(session);
  if (gone) return gone;
  await updateObligations(context, owner, ({ purge: _, ...rest }) => rest);
  await publishPending(context);
  return undefined;
}

/**
 * Sends what waited when the session ended, while the gate is open still.
 *
 * @throws FxaError as the companion's calls; then it is lost.
 */
export async function uploadLastBatch(
  context: Context,
  owner: string,
  { session, marks }: CompanionSession,
  api: CompanionApi,
): Promise<void> {
  if (!marks?.last) return;
  await updateObligations(context, owner, ({ last: _, ...rest }) => ({ ...rest, sent: true }));
  if ((await context.blockedBy()).length === 0) await api.count(session, marks.last);
}

/**
 * What is sent is taken from the books before: a background that dies in the middle, or an answer that is lost, costs a few
 * counts, and none is sent twice. Resolves with whether there was anything to send.
 *
 * @throws FxaError as the companion's calls, and `bad_response` when it refuses again after all was put right.
 */
async function uploadBatch(
  context: Context,
  { live, companionSession, api }: Terms,
  last = false,
): Promise<boolean> {
  // A host that asked to be left alone is no reason to lose anything.
  await context.http().gate?.pass(companionSession.origin);
  const batch = await takeBatch(context, live);
  if (batch.length === 0) return false;
  const answer = await api.count(companionSession.session, batch).catch(async (error: unknown) => {
    if (isFxaError(error) && provesRefusal(error.status)) await putBack(context, live, batch);
    throw error;
  });
  if (answer === 'counted') return true;
  await putBack(context, live, batch);
  if (last) throw new FxaError('bad_response', 'The companion takes no counts.', { reason: 'refused' });
  if (answer === 'metrics_off') {
    await refetchProfile(context, async () => {
      await closeMetrics(context, live);
      await enforceConsent(context);
    });
  }
  // The companion opens by a profile that it reads itself. A session that is gone is replaced when news are asked for.
  if (typeof answer !== 'string' || (await context.blockedBy()).length > 0) return true;
  await createCompanionSession(context, live, companionSession);
  const connection = await connectedSession(context);
  return connection?.live.id !== live.id || uploadBatch(context, connection, true);
}

async function takeBatch(context: Context, live: SignedIn): Promise<readonly MetricsEvent[]> {
  let batch: readonly MetricsEvent[] = [];
  await changeQueue(context, async (queue) => {
    const { session } = await context.store.read();
    if (liveSession(session)?.id !== live.id || (await context.blockedBy()).length > 0) return queue;
    const own = assignTo(queue, subjectOf(session));
    const waiting = recent(own.waiting, context.ports.now());
    batch = waiting.slice(0, MAX_BATCH);
    return { ...own, waiting: waiting.slice(MAX_BATCH), sent: [...own.sent, ...batch] };
  });
  // Before it goes: whoever says no from now on has it forgotten.
  if (batch.length > 0)
    await updateObligations(context, live.id, (marks) => (marks.sent ? marks : { ...marks, sent: true }));
  return batch;
}

/** Not where the books were emptied meanwhile, or are somebody else's. */
async function putBack(context: Context, live: SignedIn, batch: readonly MetricsEvent[]): Promise<void> {
  await changeQueue(context, async (queue) => {
    const before = queue.sent.length - batch.length;
    const there = before >= 0 && JSON.stringify(queue.sent.slice(before)) === JSON.stringify(batch);
    if (!there || queue.of !== live.account.subject || (await context.blockedBy()).length > 0) return queue;
    return { ...queue, sent: queue.sent.slice(0, before), waiting: queue.waiting.reduce(addLine, batch) };
  });
}

/** Any other failure may have come after the counts were taken; and what is malformed would be refused for ever. */
function provesRefusal(status = 0): boolean {
  return status >= 401 && status < 500 && status !== 413;
}
