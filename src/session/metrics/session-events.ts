// Counts changes of the session, and flushes the user's queued counts at sign-out.
import { listCompanionSessions, updateObligations } from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import type { StoredRecord } from '../state/record.ts';
import { liveSession } from '../state/states.ts';
import type { StateChange } from '../state/store.ts';
import { changeQueue, toLines, recent, subjectOf } from './queue.ts';
import { addLine, dayOf, eventsForChange, type UndatedEvent } from './events.ts';
import { forgetFlow } from './flow.ts';
import { evaluate, requestDeletion } from './withdrawal.ts';

/** The contract's limit for one upload. */
export const MAX_BATCH = 50;

/** Counts a change of the session. Call when it is written, before its caller continues. Never rejects. */
export async function recordChange(context: Context, { before, after }: StateChange): Promise<void> {
  const events = eventsForChange(before.session, after.session);
  const subject = subjectOf(before.session);
  const isOver = subject !== undefined && subject !== subjectOf(after.session);
  const isLast = ({ name }: UndatedEvent) => isOver && name === 'signed_out';
  try {
    if (isOver) await flushOnSignOut(context, before, events.filter(isLast));
    if (events.some(({ name }) => name === 'sign_in_completed')) await forgetFlow(context);
  } catch (error) {
    context.ports.report(error);
  }
  await context.count(
    events.filter((event) => !isLast(event)),
    after.session,
  );
}

/** Moves the user's queued counts to their own companion session, or drops them; never leaves them to the next user. */
async function flushOnSignOut(
  context: Context,
  before: StoredRecord,
  events: readonly UndatedEvent[],
): Promise<void> {
  const { ports } = context;
  const id = liveSession(before.session)?.id;
  const verdict = evaluate(before, await context.environment());
  if (verdict.closed) await requestDeletion(context, verdict, id);
  const companionSession = id !== undefined && !verdict.closed && (await listCompanionSessions(context))[id];
  let last: ReturnType<typeof toLines> = [];
  // Removed from the queue first: dying in between loses a few counts, but never uploads any twice.
  await changeQueue(context, ({ engaged: _, of, ...queue }) => {
    const own = of === subjectOf(before.session) ? queue.waiting : [];
    const lines = [...toLines(events, dayOf(ports.now())), ...recent(own, ports.now())];
    last = companionSession && !companionSession.gone ? lines.reduce(addLine, []).slice(0, MAX_BATCH) : [];
    return { ...queue, waiting: [], sent: [...queue.sent, ...last] };
  });
  if (id !== undefined && last.length > 0)
    await updateObligations(context, id, (marks) => ({ ...marks, last }));
}
