// The counts waiting to be uploaded, and those uploaded last: a few lines in `storage.local` that a page shows as they
// are.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Ports } from '../ports.ts';
import { baseState, type Session } from '../state/states.ts';
import { addLine, dayOf, shouldCount, type UndatedEvent } from './events.ts';
import { LOCAL, LOCKS } from '../state/storage-items.ts';

/** In `storage.local`; pages read it. */
export const METRICS = LOCAL.metrics;

/** Days to keep counts for an unreachable companion: one less than it accepts, as its midnight may come first. */
const MAX_AGE_DAYS = 6;
const DAY_MS = 86_400_000;
/** Uploaded lines to keep for display. */
const MAX_SENT = 50;

export interface MetricsQueue {
  readonly waiting: readonly MetricsEvent[];
  readonly sent: readonly MetricsEvent[];
  /** The companion and deployment the counts are for. */
  readonly at?: string;
  /** Subject of the account the waiting counts belong to; absent before a sign-in. */
  readonly of?: string;
  /** The day of that account's last `engage`. */
  readonly engaged?: string;
  /**
   * For pages: a companion has yet to delete uploaded counts. The obligation itself is stored with the companion
   * session.
   */
  readonly purge?: true;
}

export const EMPTY_QUEUE: MetricsQueue = { waiting: [], sent: [] };

/** Where the queue is stored, and for which deployment. */
export interface QueueContext {
  readonly ports: Ports;
  readonly metricsDeployment: string;
}

/** Subject of the session's account; undefined when signed out. Pure. */
export function subjectOf(session: Session): string | undefined {
  const base = baseState(session);
  return base.status === 'signedOut' ? undefined : base.account.subject;
}

/**
 * Counts events for the subject they happened to (undefined: signed out). Writes nothing if `readState` says that
 * metrics are blocked or that the subject has changed.
 */
export async function count(
  context: QueueContext,
  readState: () => Promise<{ readonly allowed: boolean; readonly subject: string | undefined }>,
  events: readonly UndatedEvent[],
  subject: string | undefined,
): Promise<void> {
  if (events.length === 0) return;
  const { now } = context.ports;
  const today = dayOf(now());
  await changeQueue(context, async (queue) => {
    // Checked under the queue's lock: an opt-out is stored before the queue is emptied, so it can't be missed here.
    const state = await readState();
    if (!state.allowed || state.subject !== subject) return queue;
    const own = assignTo(queue, subject);
    const added = events.filter((event) => shouldCount(event, today, own.engaged));
    const waiting = recent(toLines(added, today).reduce(addLine, own.waiting), now());
    return { ...own, waiting, ...(added.some(({ name }) => name === 'engage') && { engaged: today }) };
  });
}

/** One line for each event of a day. Pure. */
export const toLines = (events: readonly UndatedEvent[], day: string): readonly MetricsEvent[] =>
  events.map((event) => ({ ...event, day, count: 1 }));

/** The queue for a subject: takes over counts from before the sign-in, drops those of another account. Pure. */
export function assignTo(queue: MetricsQueue, subject: string | undefined): MetricsQueue {
  if (queue.of === subject) return queue;
  const { of, engaged: _, ...rest } = queue;
  return { ...rest, ...(of !== undefined && { waiting: [] }), ...(subject !== undefined && { of: subject }) };
}

/** The stored queue; a queue for another companion or deployment counts as empty and is overwritten. */
export async function readQueue({ ports, metricsDeployment }: QueueContext): Promise<MetricsQueue> {
  const stored = (await ports.local.get(METRICS)) as MetricsQueue | undefined;
  const isOurs =
    stored?.at === metricsDeployment && Array.isArray(stored.waiting) && Array.isArray(stored.sent);
  return isOurs ? stored : EMPTY_QUEUE;
}

/** Changes the queue under its lock. An unchanged queue isn't written. */
export async function changeQueue(
  context: QueueContext,
  change: (queue: MetricsQueue) => MetricsQueue | Promise<MetricsQueue>,
): Promise<void> {
  const { ports, metricsDeployment: at } = context;
  await ports.locks.exclusive(LOCKS.metrics, async () => {
    const before = await readQueue(context);
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

/** The events recent enough for the companion to accept; `now` in milliseconds. Pure. */
export function recent(events: readonly MetricsEvent[], now: number): readonly MetricsEvent[] {
  const oldest = dayOf(now - MAX_AGE_DAYS * DAY_MS);
  return events.filter(({ day }) => day >= oldest);
}
