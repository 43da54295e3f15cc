// What is counted and waits to be sent, and what was: a few lines in `storage.local`, which a page shows word for word.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Ports } from '../ports.ts';
import { baseState, type Session } from '../state/states.ts';
import { addLine, dayOf, shouldCount, type UndatedEvent } from './events.ts';

/** In `storage.local`; pages read it. */
export const METRICS = 'metrics';
const LOCK = 'fxa:metrics';

/** So many days counts wait for a companion that cannot be reached: one less than it takes, as its midnight may come first. */
const MAX_AGE_DAYS = 6;
const DAY_MS = 86_400_000;
/** What was sent is kept to be looked at. */
const MAX_SENT = 50;

export interface MetricsQueue {
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

export const EMPTY_QUEUE: MetricsQueue = { waiting: [], sent: [] };

/** Where the books lie, and for whom they are kept. */
export interface QueueContext {
  readonly ports: Ports;
  readonly metricsDeployment: string;
}

/** Whose account it is, by subject; undefined where nobody is signed in. Pure. */
export function subjectOf(session: Session): string | undefined {
  const base = baseState(session);
  return base.status === 'signedOut' ? undefined : base.account.subject;
}

/**
 * Counts what happened to somebody, or to nobody, when the gate is open and it is still about them; else nothing is written.
 * `look` tells how both stand now.
 */
export async function count(
  keeping: QueueContext,
  look: () => Promise<{ readonly open: boolean; readonly who: string | undefined }>,
  events: readonly UndatedEvent[],
  who: string | undefined,
): Promise<void> {
  if (events.length === 0) return;
  const { now } = keeping.ports;
  const today = dayOf(now());
  await changeQueue(keeping, async (queue) => {
    // Asked where nobody can empty the books in between: what closes the gate is written before they are emptied.
    const found = await look();
    if (!found.open || found.who !== who) return queue;
    const own = assignTo(queue, who);
    const news = events.filter((event) => shouldCount(event, today, own.engaged));
    const waiting = recent(toLines(news, today).reduce(addLine, own.waiting), now());
    return { ...own, waiting, ...(news.some(({ name }) => name === 'engage') && { engaged: today }) };
  });
}

/** Events of a day as lines. Pure. */
export const toLines = (events: readonly UndatedEvent[], day: string): readonly MetricsEvent[] =>
  events.map((event) => ({ ...event, day, count: 1 }));

/** Of somebody: counts of nobody in particular become theirs, those of somebody else are dropped. Pure. */
export function assignTo(queue: MetricsQueue, who: string | undefined): MetricsQueue {
  if (queue.of === who) return queue;
  const { of, engaged: _, ...rest } = queue;
  return { ...rest, ...(of !== undefined && { waiting: [] }), ...(who !== undefined && { of: who }) };
}

/** Those of another companion or deployment are none of ours, and are written over. */
export async function readQueue({ ports, metricsDeployment }: QueueContext): Promise<MetricsQueue> {
  const stored = (await ports.local.get(METRICS)) as MetricsQueue | undefined;
  const isOurs =
    stored?.at === metricsDeployment && Array.isArray(stored.waiting) && Array.isArray(stored.sent);
  return isOurs ? stored : EMPTY_QUEUE;
}

/** What is as it was is not written. */
export async function changeQueue(
  keeping: QueueContext,
  change: (queue: MetricsQueue) => MetricsQueue | Promise<MetricsQueue>,
): Promise<void> {
  const { ports, metricsDeployment: at } = keeping;
  await ports.locks.exclusive(LOCK, async () => {
    const before = await readQueue(keeping);
    const stored = await ports.local.get(METRICS);
    const changed = await change(before);
    const after = { ...changed, sent: changed.sent.slice(-MAX_SENT), at };
    const isSame =
      JSON.stringify(sorted(after)) ===
      JSON.stringify(sorted((stored ?? { ...EMPTY_QUEUE, at }) as MetricsQueue));
    if (!isSame) await ports.local.set({ [METRICS]: after });
  });
}

const sorted = (queue: MetricsQueue) =>
  Object.entries(queue).sort(([one], [other]) => (one < other ? -1 : 1));

/** Without what no companion would take any more; `now` in milliseconds. Pure. */
export function recent(events: readonly MetricsEvent[], now: number): readonly MetricsEvent[] {
  const oldest = dayOf(now - MAX_AGE_DAYS * DAY_MS);
  return events.filter(({ day }) => day >= oldest);
}
