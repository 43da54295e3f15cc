// Uploads counts, each at most once, and has the companion delete them after an opt-out.
import type { MetricsEvent } from '../../contract/companion.ts';
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import type { CompanionApi, SessionRejected } from '../companion/client.ts';
import {
  listCompanionSessions,
  updateObligations,
  type CompanionSession,
} from '../companion/session-store.ts';
import { closeMetrics, createCompanionSession } from '../companion/create-session.ts';
import { connectedSession, withCompanionLock, type Connection } from '../companion/sync.ts';
import type { Context } from '../context.ts';
import { refetchProfile } from '../profile.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { changeQueue, assignTo, readQueue, recent, subjectOf } from './queue.ts';
import { addLine } from './events.ts';
import { MAX_BATCH } from './session-events.ts';
import { enforceConsent, publishPending } from './withdrawal.ts';
import { MEMORY } from '../state/storage-items.ts';

/** The background often wakes several times in a row. */
const MIN_INTERVAL_MS = 60_000;

interface RetryPlan {
  /** When the last upload was, and how long to wait after that; milliseconds. */
  readonly at: number;
  readonly wait: number;
  readonly failures: number;
}

/** Counts that the popup was opened. */
export async function countPopupOpened(context: Context): Promise<void> {
  const { session } = await context.store.read();
  const engage = liveSession(session) ? [{ name: 'engage' } as const] : [];
  await context.count([{ name: 'popup_opened' }, ...engage], session);
}

/** Uploads and deletes what is due. Call at every wake, after everything else. */
export async function uploadMetrics(context: Context): Promise<void> {
  const { ports, config } = context;
  const { companion } = config;
  if (!companion) return;
  const floor = Math.min(MIN_INTERVAL_MS, companion.every * 1000);
  await withCompanionLock(context, async () => {
    if (!(await hasWork(context))) return;
    const plan = ((await ports.memory.get(MEMORY.uploadPlan)) ?? {
      at: 0,
      wait: 0,
      failures: 0,
    }) as RetryPlan;
    const since = ports.now() - plan.at;
    const early = since >= 0 && since < plan.wait;
    const connection = early && plan.failures > 0 ? undefined : await connectedSession(context);
    if (!connection || (early && !connection.companionSession.marks?.purge)) return;
    const savePlan = (wait: number, failures: number) =>
      ports.memory.set({ [MEMORY.uploadPlan]: { at: ports.now(), wait, failures } satisfies RetryPlan });
    try {
      await deleteUploadedCounts(context, connection.live.id, connection.companionSession, connection.api);
      if (!early && (await uploadBatch(context, connection))) await savePlan(floor, 0);
    } catch (error) {
      if (!isFxaError(error)) ports.report(error);
      await savePlan(Math.min(LONGEST_BACK_OFF * 1000, floor * 2 ** (plan.failures + 1)), plan.failures + 1);
    }
    // The user may have opted out meanwhile.
    await enforceConsent(context);
  });
}

async function hasWork(context: Context): Promise<boolean> {
  if ((await readQueue(context)).waiting.length > 0) return true;
  const live = liveSession((await context.store.read()).session);
  return live !== undefined && (await listCompanionSessions(context))[live.id]?.marks?.purge === true;
}

/**
 * Has the companion delete the counts uploaded with this companion session, if that is pending. It stays pending when
 * the companion rejects the session, because nothing was deleted then.
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
  const rejection = await api.forget(session);
  if (rejection) return rejection;
  await updateObligations(context, owner, ({ purge: _, ...rest }) => rest);
  await publishPending(context);
  return undefined;
}

/**
 * Uploads the counts still queued when the session ended, if metrics are still allowed.
 *
 * @throws FxaError as the companion's calls; the counts are lost then.
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
 * Uploads one batch; resolves with whether there was one. It is removed from the queue first: a background that dies,
 * or a lost answer, loses a few counts but never uploads any twice.
 *
 * @throws FxaError as the companion's calls, and `bad_response` when it refuses a second time, after its session was
 *   refreshed.
 */
async function uploadBatch(
  context: Context,
  { live, companionSession, api }: Connection,
  last = false,
): Promise<boolean> {
  // Checked before anything is removed from the queue: a host that asked for a pause must not cost counts.
  await context.http().backOff?.check(companionSession.origin);
  const batch = await takeBatch(context, live);
  if (batch.length === 0) return false;
  const answer = await api.count(companionSession.session, batch).catch(async (error: unknown) => {
    if (isFxaError(error) && provesRefusal(error.status)) await putBack(context, live, batch);
    throw error;
  });
  if (answer === 'counted') return true;
  await putBack(context, live, batch);
  if (last) throw new FxaError('bad_response', 'The companion refuses counts.', { reason: 'refused' });
  if (answer === 'metrics_off') {
    await refetchProfile(context, async () => {
      await closeMetrics(context, live);
      await enforceConsent(context);
    });
  }
  // The companion allows metrics by a profile it reads itself. The next poll replaces a rejected session.
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
  // Noted before the upload, so that an opt-out from now on also deletes this batch.
  if (batch.length > 0)
    await updateObligations(context, live.id, (marks) => (marks.sent ? marks : { ...marks, sent: true }));
  return batch;
}

/** Puts the batch back, unless the queue was emptied meanwhile or belongs to another account now. */
async function putBack(context: Context, live: SignedIn, batch: readonly MetricsEvent[]): Promise<void> {
  await changeQueue(context, async (queue) => {
    const before = queue.sent.length - batch.length;
    const isThere = before >= 0 && JSON.stringify(queue.sent.slice(before)) === JSON.stringify(batch);
    if (!isThere || queue.of !== live.account.subject || (await context.blockedBy()).length > 0) return queue;
    return { ...queue, sent: queue.sent.slice(0, before), waiting: queue.waiting.reduce(addLine, batch) };
  });
}

/** Any other failure may have come after the counts were stored, and a malformed batch would be refused every time. */
function provesRefusal(status = 0): boolean {
  return status >= 401 && status < 500 && status !== 413;
}
