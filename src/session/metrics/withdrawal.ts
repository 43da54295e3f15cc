// Where metrics are blocked, empties the queue; where the user opted out, also has the companion delete what was
// uploaded.
import { listCompanionSessions, updateCompanionSession } from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import type { StoredRecord } from '../state/record.ts';
import { baseState, type Session } from '../state/states.ts';
import { blockedBy, type Environment } from './consent.ts';
import { forgetFlow } from './flow.ts';
import { assignTo, changeQueue, EMPTY_QUEUE, subjectOf, type MetricsQueue } from './queue.ts';

/**
 * Applies the current consent to what is stored; `earlier`: first that of a record whose account may have left since.
 * Call at every wake and when a consent changes. No network.
 */
export async function enforceConsent(context: Context, earlier?: StoredRecord): Promise<void> {
  const environment = await context.environment();
  await changeQueue(context, async (queue) => {
    const record = await context.store.read();
    const before = earlier ? withdraw(queue, earlier, environment) : queue;
    const after = withdraw(assignTo(before, subjectOf(record.session)), record, environment);
    if (after.deletionPending.length === 0) return after;
    // Without a companion session nothing can be deleted any more; the current session may yet get one.
    const owners = [...Object.keys(await listCompanionSessions(context)), sessionIdOf(record.session)];
    return { ...after, deletionPending: after.deletionPending.filter((id) => owners.includes(id)) };
  });
  if (!(await context.metricsAllowed())) await forgetFlow(context);
}

/** The queue after the record's account, if it is of that, lost or withdrew its consent. Pure. */
function withdraw(queue: MetricsQueue, record: StoredRecord, environment: Environment): MetricsQueue {
  const against = blockedBy(record, environment);
  const subject = subjectOf(record.session);
  if (against.length === 0 || queue.subject !== subject) return queue;
  const base = baseState(record.session);
  // Before the first profile the account hasn't said anything yet.
  const hasProfile = base.status !== 'signedOut' && base.account.profile !== undefined;
  const isRefused = against.some((one) => one !== 'no_companion' && (one !== 'account' || hasProfile));
  if (!isRefused) return { ...queue, pending: [] };
  const id = sessionIdOf(record.session);
  const due = queue.sent.length > 0 && id !== undefined ? [id] : [];
  return {
    ...EMPTY_QUEUE,
    deletionPending: [...new Set([...queue.deletionPending, ...due])],
    ...(subject !== undefined && { subject }),
  };
}

/** The id of the session, also when Mozilla accounts has ended it. Pure. */
function sessionIdOf(session: Session): string | undefined {
  const base = baseState(session);
  return base.status === 'signedIn' ? base.id : base.status === 'needsReauth' ? base.sessionId : undefined;
}

/** Takes over the deletions that version 0.1.0 kept as `marks` of companion sessions. Call at each start. */
export async function adoptEarlierDeletions(context: Context): Promise<void> {
  const all = Object.entries(await listCompanionSessions(context)) as [
    string,
    { marks?: { purge?: true } },
  ][];
  const marked = all.filter(([, { marks }]) => marks);
  if (marked.length === 0) return;
  const due = marked.filter(([, { marks }]) => marks?.purge).map(([owner]) => owner);
  await changeQueue(context, (queue) => ({
    ...queue,
    deletionPending: [...new Set([...queue.deletionPending, ...due])],
  }));
  for (const [owner] of marked) {
    await updateCompanionSession(context, owner, (known) => {
      const { marks: _, ...rest } = known as typeof known & { marks: unknown };
      return rest;
    });
  }
}
