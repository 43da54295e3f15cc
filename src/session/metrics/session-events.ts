// What a change of the session means for metrics: something is counted, and whoever leaves takes along what waits.
import { listCompanionSessions, updateObligations } from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import type { StoredRecord } from '../state/record.ts';
import { liveSession } from '../state/states.ts';
import type { StateChange } from '../state/store.ts';
import { changeQueue, toLines, recent, subjectOf } from './queue.ts';
import { addLine, dayOf, eventsForChange, type UndatedEvent } from './events.ts';
import { forgetFlow } from './flow.ts';
import { evaluate, requestDeletion } from './withdrawal.ts';

/** The contract takes no more at once. */
export const MAX_BATCH = 50;

/** To be called when a change is written, before whoever made it goes on. Never rejects. */
export async function recordChange(context: Context, { before, after }: StateChange): Promise<void> {
  const events = eventsForChange(before.session, after.session);
  const who = subjectOf(before.session);
  const leaves = who !== undefined && who !== subjectOf(after.session);
  const isLast = ({ name }: UndatedEvent) => leaves && name === 'signed_out';
  try {
    if (leaves) await flushOnSignOut(context, before, events.filter(isLast));
    if (events.some(({ name }) => name === 'sign_in_completed')) await forgetFlow(context);
  } catch (error) {
    context.ports.report(error);
  }
  await context.count(
    events.filter((event) => !isLast(event)),
    after.session,
  );
}

/** Nothing of theirs is left to wait for the next: it goes with their own seat, or is dropped. */
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
  // Taken from the books first: who dies in between costs a few counts, and none is sent twice.
  await changeQueue(context, ({ engaged: _, of, ...queue }) => {
    const own = of === subjectOf(before.session) ? queue.waiting : [];
    const lines = [...toLines(events, dayOf(ports.now())), ...recent(own, ports.now())];
    last = companionSession && !companionSession.gone ? lines.reduce(addLine, []).slice(0, MAX_BATCH) : [];
    return { ...queue, waiting: [], sent: [...queue.sent, ...last] };
  });
  if (id !== undefined && last.length > 0)
    await updateObligations(context, id, (marks) => ({ ...marks, last }));
}
