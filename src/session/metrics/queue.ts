// What is counted and waits to be sent, and what was: a few lines in `storage.local`, which a page shows word for word.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Ports } from '../ports.ts';
import { settled, type Session } from '../state/states.ts';
import { counted, dayOf, isNew, type Happened } from './events.ts';

/** In `storage.local`; pages read it. */
export const METRICS = 'metrics';
const LOCK = 'fxa:metrics';

/** So many days counts wait for a companion that cannot be reached: one less than it takes, as its midnight may come first. */
const OLDEST_DAYS = 6;
const DAY_MS = 86_400_000;
/** What was sent is kept to be looked at. */
const MOST_SENT = 50;

export interface Books {
  readonly waiting: readonly MetricsEvent[];
  readonly sent: readonly MetricsEvent[];
  /** The companion and the deployment they are kept for. */
  readonly at?: string;
  /** Whose counts wait, by subject; absent: of nobody in particular, until somebody signs in. */
  readonly of?: string;
  /** The day of their last `engage`. */
  readonly engaged?: string;
  /** For pages: a companion has yet to forget what it was sent. What is owed itself lies with the seat. */
  readonly purge?: true;
}

export const EMPTY: Books = { waiting: [], sent: [] };

/** Where the books lie, and for whom they are kept. */
export interface Keeping {
  readonly ports: Ports;
  readonly booksAt: string;
}

/** Whose account it is, by subject; undefined where nobody is signed in. Pure. */
export function whose(session: Session): string | undefined {
  const base = settled(session);
  return base.status === 'signedOut' ? undefined : base.account.subject;
}

/**
 * Counts what happened to somebody, or to nobody, when the gate is open and it is still about them; else nothing is written.
 * `look` tells how both stand now.
 */
export async function count(
  keeping: Keeping,
  look: () => Promise<{ readonly open: boolean; readonly who: string | undefined }>,
  events: readonly Happened[],
  who: string | undefined,
): Promise<void> {
  if (events.length === 0) return;
  const { now } = keeping.ports;
  const today = dayOf(now());
  await changeBooks(keeping, async (books) => {
    // Asked where nobody can empty the books in between: what closes the gate is written before they are emptied.
    const found = await look();
    if (!found.open || found.who !== who) return books;
    const own = ownedBy(books, who);
    const news = events.filter((event) => isNew(event, today, own.engaged));
    const waiting = recent(linesOf(news, today).reduce(counted, own.waiting), now());
    return { ...own, waiting, ...(news.some(({ name }) => name === 'engage') && { engaged: today }) };
  });
}

/** Events of a day as lines. Pure. */
export const linesOf = (events: readonly Happened[], day: string): readonly MetricsEvent[] =>
  events.map((event) => ({ ...event, day, count: 1 }));

/** Of somebody: counts of nobody in particular become theirs, those of somebody else are dropped. Pure. */
export function ownedBy(books: Books, who: string | undefined): Books {
  if (books.of === who) return books;
  const { of, engaged: _, ...rest } = books;
  return { ...rest, ...(of !== undefined && { waiting: [] }), ...(who !== undefined && { of: who }) };
}

/** Those of another companion or deployment are none of ours, and are written over. */
export async function readBooks({ ports, booksAt }: Keeping): Promise<Books> {
  const stored = (await ports.local.get(METRICS)) as Books | undefined;
  const isOurs = stored?.at === booksAt && Array.isArray(stored.waiting) && Array.isArray(stored.sent);
  return isOurs ? stored : EMPTY;
}

/** What is as it was is not written. */
export async function changeBooks(
  keeping: Keeping,
  change: (books: Books) => Books | Promise<Books>,
): Promise<void> {
  const { ports, booksAt: at } = keeping;
  await ports.locks.exclusive(LOCK, async () => {
    const before = await readBooks(keeping);
    const stored = await ports.local.get(METRICS);
    const changed = await change(before);
    const after = { ...changed, sent: changed.sent.slice(-MOST_SENT), at };
    const isSame =
      JSON.stringify(sorted(after)) === JSON.stringify(sorted((stored ?? { ...EMPTY, at }) as Books));
    if (!isSame) await ports.local.set({ [METRICS]: after });
  });
}

const sorted = (books: Books) => Object.entries(books).sort(([one], [other]) => (one < other ? -1 : 1));

/** Without what no companion would take any more; `now` in milliseconds. Pure. */
export function recent(events: readonly MetricsEvent[], now: number): readonly MetricsEvent[] {
  const oldest = dayOf(now - OLDEST_DAYS * DAY_MS);
  return events.filter(({ day }) => day >= oldest);
}
