// Counts what happens: changes of the session, and the popup.
import type { Context } from '../context.ts';
import { liveSession, type Session } from '../state/states.ts';
import type { StateChange } from '../state/store.ts';
import { addLine, dayOf, eventsForChange, shouldCount, type UndatedEvent } from './events.ts';
import { forgetFlow } from './flow.ts';
import { assignTo, changeQueue, recent, subjectOf } from './queue.ts';
import { enforceConsent } from './withdrawal.ts';

/** Counts a change of the session. Call when it is written, before its caller continues. Never rejects. */
export async function recordChange(context: Context, { before, after }: StateChange): Promise<void> {
  const events = eventsForChange(before.session, after.session);
  try {
    // What another account left is dropped now, so that it isn't sent as this one's.
    if (subjectOf(before.session) !== subjectOf(after.session)) await enforceConsent(context, before);
    if (events.some(({ name }) => name === 'sign_in_completed')) await forgetFlow(context);
  } catch (error) {
    context.ports.report(error);
  }
  await count(context, events, after.session);
}

/** Counts that the popup was opened. */
export async function countPopupOpened(context: Context): Promise<void> {
  const { session } = await context.store.read();
  const engage = liveSession(session) ? [{ name: 'engage' } as const] : [];
  await count(context, [{ name: 'popup_opened' }, ...engage], session);
}

/** Counts events of the session's account, if metrics are allowed and it is still there. Never rejects. */
async function count(context: Context, events: readonly UndatedEvent[], session: Session): Promise<void> {
  const { config, ports, store } = context;
  if (events.length === 0 || !config.companion) return;
  const today = dayOf(ports.now());
  const change = changeQueue(context, async (queue) => {
    // Checked under the queue's lock: an opt-out is stored before the queue is emptied, so it can't be missed here.
    const subject = subjectOf((await store.read()).session);
    if (subject !== subjectOf(session) || !(await context.metricsAllowed())) return queue;
    const assigned = assignTo(queue, subject);
    const added = events.filter((event) => shouldCount(event, today, assigned.lastEngaged));
    const lines = added.map((event) => ({ ...event, day: today, count: 1 }));
    return {
      ...assigned,
      pending: recent(lines.reduce(addLine, assigned.pending), ports.now()),
      ...(added.some(({ name }) => name === 'engage') && { lastEngaged: today }),
    };
  });
  await change.catch(ports.report);
}
