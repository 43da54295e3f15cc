// Where the gate is closed, nothing that was counted stays here; where somebody closed it, the companion is to forget as well.
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

/** What a closed gate means. */
export interface Verdict {
  readonly closed: boolean;
  /** The account has said no: what was sent about it is to be forgotten. */
  readonly byAccount: boolean;
  /** This browser, or whoever sits before it, has: that goes for everybody who was here. */
  readonly here: boolean;
}

/** A profile that has yet to arrive has said nothing: nothing is counted, and nothing is taken back. Pure. */
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

/** To be called at every wake, and when a consent has changed. No network. */
export async function enforceConsent(context: Context): Promise<void> {
  const { session, ...rest } = await context.store.read();
  const verdict = evaluate({ session, ...rest }, await context.environment());
  if (verdict.closed) {
    await requestDeletion(context, verdict, liveSession(session)?.id);
    await forgetFlow(context);
  }
  const pending = await isDeletionPending(context);
  await changeQueue(context, async (queue) => {
    // Who leaves meanwhile takes their name out of the books: it must not be put back.
    const owned = assignTo(queue, subjectOf((await context.store.read()).session));
    return withPendingDeletion(verdict.closed ? emptyQueue(owned, verdict) : owned, pending);
  });
}

/** What was sent stays to be looked at, unless it is to be forgotten there too; whose it was does not. Pure. */
function emptyQueue(
  { engaged: _, of: __, ...queue }: MetricsQueue,
  { here, byAccount }: Verdict,
): MetricsQueue {
  return { ...queue, waiting: [], ...((here || byAccount) && { sent: [] }) };
}

/** Has the companion forget what it was sent with the seats that are meant. */
export function requestDeletion(
  context: Context,
  { here, byAccount }: Verdict,
  liveId?: string,
): Promise<void> {
  return updateAllObligations(context, (marks, owner) =>
    here || (byAccount && owner === liveId) ? markDeletion(marks) : marks,
  );
}

/** Shows pages whether that is done. */
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
