// Uploads counts, each at most once, and has the companion delete them after an opt-out.
import type { MetricsEvent } from '../../contract/companion.ts';
import { LONGEST_BACK_OFF } from '../../fxa/back-off.ts';
import { FxaError, isFxaError } from '../../fxa/errors.ts';
import { closeMetrics, createCompanionSession } from '../companion/create-session.ts';
import { connectedSession, withCompanionLock, type Connection } from '../companion/sync.ts';
import type { Context } from '../context.ts';
import { refetchProfile } from '../profile.ts';
import { afterFailure, isDue, NEVER_TRIED, readPlan, savePlan } from '../retry-plan.ts';
import { liveSession, type SignedIn } from '../state/states.ts';
import { MEMORY } from '../state/storage-items.ts';
import { addLine } from './events.ts';
import { changeQueue, assignTo, readQueue, recent, subjectOf } from './queue.ts';
import { enforceConsent } from './withdrawal.ts';

/** The background often wakes several times in a row. */
const MIN_INTERVAL_MS = 60_000;

/** The contract's limit for one upload. */
const MAX_BATCH = 50;

/** Uploads and deletes what is due. Call at every wake, after everything else. */
export async function uploadMetrics(context: Context): Promise<void> {
  const { ports, config } = context;
  const { companion } = config;
  if (!companion) return;
  const rest = Math.min(MIN_INTERVAL_MS, companion.every * 1000);
  const waits = { rest, first: 2 * rest, longest: LONGEST_BACK_OFF * 1000 };
  await withCompanionLock(context, async () => {
    const { pending, deletionPending } = await readQueue(context);
    if (pending.length + deletionPending.length === 0) return;
    const connection = await connectedSession(context);
    if (!connection) return;
    const { id } = connection.live;
    const plan = (await readPlan(ports, MEMORY.uploadPlan, id)) ?? NEVER_TRIED;
    const early = !isDue(plan, waits, ports.now());
    const isDeletionDue = deletionPending.includes(id);
    // A deletion waits only after a failure.
    if (early && (plan.failures > 0 || !isDeletionDue)) return;
    try {
      if (isDeletionDue) await deleteUploaded(context, connection);
      // A deletion that another session owes would take these counts too.
      const isOtherDue = deletionPending.some((owner) => owner !== id);
      if (!early && !isOtherDue && (await uploadBatch(context, connection)))
        await savePlan(ports, MEMORY.uploadPlan, id, { notBefore: ports.now() + rest, failures: 0 });
    } catch (error) {
      await savePlan(ports, MEMORY.uploadPlan, id, afterFailure(ports, plan, waits, error));
    }
    // The user may have opted out meanwhile.
    await enforceConsent(context);
  });
}

/** A rejected session has deleted nothing: the next poll replaces it, and the deletion stays pending. */
async function deleteUploaded(context: Context, { live, companionSession, api }: Connection): Promise<void> {
  if (await api.forget(companionSession.session)) return;
  await changeQueue(context, (queue) => ({
    ...queue,
    deletionPending: queue.deletionPending.filter((id) => id !== live.id),
  }));
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
  if (typeof answer !== 'string' || !(await context.metricsAllowed())) return true;
  await createCompanionSession(context, live, companionSession);
  const connection = await connectedSession(context);
  return connection?.live.id !== live.id || uploadBatch(context, connection, true);
}

async function takeBatch(context: Context, live: SignedIn): Promise<readonly MetricsEvent[]> {
  let batch: readonly MetricsEvent[] = [];
  await changeQueue(context, async (queue) => {
    const { session } = await context.store.read();
    if (liveSession(session)?.id !== live.id || !(await context.metricsAllowed())) return queue;
    const assigned = assignTo(queue, subjectOf(session));
    const pending = recent(assigned.pending, context.ports.now());
    batch = pending.slice(0, MAX_BATCH);
    return { ...assigned, pending: pending.slice(MAX_BATCH), sent: [...assigned.sent, ...batch] };
  });
  return batch;
}

/** Puts the batch back, unless the queue was emptied meanwhile or belongs to another account now. */
async function putBack(context: Context, live: SignedIn, batch: readonly MetricsEvent[]): Promise<void> {
  await changeQueue(context, async (queue) => {
    const before = queue.sent.length - batch.length;
    const isThere = before >= 0 && JSON.stringify(queue.sent.slice(before)) === JSON.stringify(batch);
    if (!isThere || queue.subject !== live.account.subject || !(await context.metricsAllowed())) return queue;
    return { ...queue, sent: queue.sent.slice(0, before), pending: queue.pending.reduce(addLine, batch) };
  });
}

/** Any other failure may have come after the counts were stored, and a malformed batch would be refused every time. */
function provesRefusal(status = 0): boolean {
  return status >= 401 && status < 500 && status !== 413;
}
