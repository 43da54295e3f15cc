// Where metrics are blocked, empties the queue; where the user opted out, also requests deletion at the companion.
import {
  listCompanionSessions,
  updateAllObligations,
  type MetricsObligations,
} from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import type { StoredRecord } from '../state/record.ts';
import { liveSession, baseState } from '../state/states.ts';
import { changeQueue, assignTo, subjectOf, type MetricsQueue } from './queue.ts';
import { forgetFlow } from './flow.ts';
import { blockedBy, type Environment } from './consent.ts';

/** What being blocked means for counts. */
export interface Verdict {
  readonly closed: boolean;
  /** The account opted out: its uploaded counts have to be deleted. */
  readonly byAccount: boolean;
  /** Metrics are off in this browser: the counts of every account used here have to be deleted. */
  readonly here: boolean;
}

/** Before the first profile nothing is counted and nothing deleted: the account hasn't said anything yet. Pure. */
export function evaluate(record: StoredRecord, environment: Environment): Verdict {
  const against = blockedBy(record, environment).filter((one) => one !== 'nowhere');
  const base = baseState(record.session);
  const said = base.status !== 'signedOut' && base.account.profile !== undefined;
  return {
    closed: against.length > 0,
    byAccount: said && against.includes('account'),
    here: against.some((one) => one !== 'account'),
  };
}

/** Applies the current consent to what is stored. Call at every wake and when a consent changes. No network. */
export async function enforceConsent(context: Context): Promise<void> {
  const { session, ...rest } = await context.store.read();
  const verdict = evaluate({ session, ...rest }, await context.environment());
  if (verdict.closed) {
    await requestDeletion(context, verdict, liveSession(session)?.id);
    await forgetFlow(context);
  }
  const pending = await isDeletionPending(context);
  await changeQueue(context, async (queue) => {
    // Read again under the lock: a sign-out meanwhile has removed the subject, which must not come back.
    const owned = assignTo(queue, subjectOf((await context.store.read()).session));
    return withPendingDeletion(verdict.closed ? emptyQueue(owned, verdict) : owned, pending);
  });
}

/**
 * Removes waiting counts and their owner. Uploaded lines stay for display, unless they have to be deleted too. Pure.
 */
function emptyQueue(
  { engaged: _, of: __, ...queue }: MetricsQueue,
  { here, byAccount }: Verdict,
): MetricsQueue {
  return { ...queue, waiting: [], ...((here || byAccount) && { sent: [] }) };
}

/** Marks the companion sessions whose uploaded counts have to be deleted. */
export function requestDeletion(
  context: Context,
  { here, byAccount }: Verdict,
  liveId?: string,
): Promise<void> {
  return updateAllObligations(context, (marks, owner) =>
    here || (byAccount && owner === liveId) ? markDeletion(marks) : marks,
  );
}

/** Tells pages whether a deletion is pending. */
export async function publishPending(context: Context): Promise<void> {
  await changeQueue(context, async (queue) => withPendingDeletion(queue, await isDeletionPending(context)));
}

function markDeletion(marks: MetricsObligations): MetricsObligations {
  const { sent, last, ...rest } = marks;
  if (!sent && !last) return marks;
  return { ...rest, ...(sent && { purge: true }) };
}

async function isDeletionPending(context: Context): Promise<boolean> {
  return Object.values(await listCompanionSessions(context)).some(({ marks }) => marks?.purge);
}

function withPendingDeletion({ purge: _, ...queue }: MetricsQueue, pending: boolean): MetricsQueue {
  return pending ? { ...queue, purge: true } : queue;
}
