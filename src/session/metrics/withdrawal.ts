// Where the gate is closed, nothing that was counted stays here; where somebody closed it, the companion is to forget as well.
import { heldSeats, markSeats, type Marks } from '../companion/session-store.ts';
import type { Context } from '../context.ts';
import type { StoredRecord } from '../state/record.ts';
import { liveSession, settled } from '../state/states.ts';
import { changeBooks, ownedBy, whose, type Books } from './queue.ts';
import { forgetFlow } from './flow.ts';
import { closedBy, type Surroundings } from './consent.ts';

/** What a closed gate means. */
export interface Verdict {
  readonly closed: boolean;
  /** The account has said no: what was sent about it is to be forgotten. */
  readonly byAccount: boolean;
  /** This browser, or whoever sits before it, has: that goes for everybody who was here. */
  readonly here: boolean;
}

/** A profile that has yet to arrive has said nothing: nothing is counted, and nothing is taken back. Pure. */
export function judge(record: StoredRecord, surroundings: Surroundings): Verdict {
  const against = closedBy(record, surroundings).filter((one) => one !== 'nowhere');
  const base = settled(record.session);
  const said = base.status !== 'signedOut' && base.account.profile !== undefined;
  return {
    closed: against.length > 0,
    byAccount: said && against.includes('account'),
    here: against.some((one) => one !== 'account'),
  };
}

/** To be called at every wake, and when a consent has changed. No network. */
export async function obeyGate(context: Context): Promise<void> {
  const { session, ...rest } = await context.store.read();
  const verdict = judge({ session, ...rest }, await context.surroundings());
  if (verdict.closed) {
    await takeBack(context, verdict, liveSession(session)?.id);
    await forgetFlow(context);
  }
  const owed = await isOwed(context);
  await changeBooks(context, async (books) => {
    // Who leaves meanwhile takes their name out of the books: it must not be put back.
    const owned = ownedBy(books, whose((await context.store.read()).session));
    return withPurge(verdict.closed ? emptied(owned, verdict) : owned, owed);
  });
}

/** What was sent stays to be looked at, unless it is to be forgotten there too; whose it was does not. Pure. */
function emptied({ engaged: _, of: __, ...books }: Books, { here, byAccount }: Verdict): Books {
  return { ...books, waiting: [], ...((here || byAccount) && { sent: [] }) };
}

/** Has the companion forget what it was sent with the seats that are meant. */
export function takeBack(context: Context, { here, byAccount }: Verdict, liveId?: string): Promise<void> {
  return markSeats(context, (marks, owner) =>
    here || (byAccount && owner === liveId) ? taken(marks) : marks,
  );
}

/** Shows pages whether that is done. */
export async function showOwed(context: Context): Promise<void> {
  await changeBooks(context, async (books) => withPurge(books, await isOwed(context)));
}

function taken(marks: Marks): Marks {
  const { sent, last, ...rest } = marks;
  if (!sent && !last) return marks;
  return { ...rest, ...(sent && { purge: true }) };
}

async function isOwed(context: Context): Promise<boolean> {
  return Object.values(await heldSeats(context)).some(({ marks }) => marks?.purge);
}

function withPurge({ purge: _, ...books }: Books, owed: boolean): Books {
  return owed ? { ...books, purge: true } : books;
}
