// What a change of the session means for metrics: something is counted, and whoever leaves takes along what waits.
import { heldSeats, markSeat } from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import type { StoredRecord } from '../state/record.ts';
import { liveSession } from '../state/states.ts';
import type { Change } from '../state/store.ts';
import { changeBooks, linesOf, recent, whose } from './queue.ts';
import { counted, dayOf, happened, type Happened } from './events.ts';
import { forgetFlow } from './flow.ts';
import { judge, takeBack } from './withdrawal.ts';

/** The contract takes no more at once. */
export const MOST_AT_ONCE = 50;

/** To be called when a change is written, before whoever made it goes on. Never rejects. */
export async function heed(context: Context, { before, after }: Change): Promise<void> {
  const events = happened(before.session, after.session);
  const who = whose(before.session);
  const leaves = who !== undefined && who !== whose(after.session);
  const isLast = ({ name }: Happened) => leaves && name === 'signed_out';
  try {
    if (leaves) await leave(context, before, events.filter(isLast));
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
async function leave(context: Context, before: StoredRecord, events: readonly Happened[]): Promise<void> {
  const { ports } = context;
  const id = liveSession(before.session)?.id;
  const verdict = judge(before, await context.surroundings());
  if (verdict.closed) await takeBack(context, verdict, id);
  const seat = id !== undefined && !verdict.closed && (await heldSeats(context))[id];
  let last: ReturnType<typeof linesOf> = [];
  // Taken from the books first: who dies in between costs a few counts, and none is sent twice.
  await changeBooks(context, ({ engaged: _, of, ...books }) => {
    const own = of === whose(before.session) ? books.waiting : [];
    const lines = [...linesOf(events, dayOf(ports.now())), ...recent(own, ports.now())];
    last = seat && !seat.gone ? lines.reduce(counted, []).slice(0, MOST_AT_ONCE) : [];
    return { ...books, waiting: [], sent: [...books.sent, ...last] };
  });
  if (id !== undefined && last.length > 0) await markSeat(context, id, (marks) => ({ ...marks, last }));
}
