// The counts to upload, and those uploaded last: a few lines in `storage.local` that a page shows as they are. They
// belong to one account: when it leaves, they are dropped.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Context } from '../context.ts';
import { baseState, type Session } from '../state/states.ts';
import { LOCAL, LOCKS } from '../state/storage-items.ts';
import { dayOf } from './events.ts';

/** Days to keep counts for an unreachable companion: one less than it accepts, as its midnight may come first. */
const MAX_AGE_DAYS = 6;
const DAY_MS = 86_400_000;
/** Uploaded lines to keep for display. */
const MAX_SENT = 50;

export interface MetricsQueue {
  /** Counts to upload. */
  readonly pending: readonly MetricsEvent[];
  /** Counts of this account that were uploaded; an opt-out has the companion delete them. */
  readonly sent: readonly MetricsEvent[];
  /** Ids of the sessions whose counts the companion has yet to delete, after an opt-out. */
  readonly deletionPending: readonly string[];
  /** The companion and deployment the counts are for. */
  readonly deployment?: string;
  /** Subject of the account the counts belong to; absent before a sign-in. */
  readonly subject?: string;
  /** The day of that account's last `engage`. */
  readonly lastEngaged?: string;
}

export const EMPTY_QUEUE: MetricsQueue = { pending: [], sent: [], deletionPending: [] };

/** Subject of the session's account; undefined when signed out. Pure. */
export function subjectOf(session: Session): string | undefined {
  const base = baseState(session);
  return base.status === 'signedOut' ? undefined : base.account.subject;
}

/** The queue for a subject: takes over counts from before the sign-in, drops those of another account. Pure. */
export function assignTo(queue: MetricsQueue, subject: string | undefined): MetricsQueue {
  if (queue.subject === subject) return queue;
  const { pending, deletionPending } = queue;
  return {
    ...EMPTY_QUEUE,
    deletionPending,
    ...(queue.subject === undefined && { pending }),
    ...(subject !== undefined && { subject }),
  };
}

/** The stored queue; a queue for another companion or deployment counts as empty and is overwritten. */
export async function readQueue({ ports, metricsDeployment }: Context): Promise<MetricsQueue> {
  const stored = upgraded(await ports.local.get(LOCAL.metrics));
  const lists = [stored.pending, stored.sent, stored.deletionPending];
  return stored.deployment === metricsDeployment && lists.every(Array.isArray) ? stored : EMPTY_QUEUE;
}

/** Members that version 0.1.0 named otherwise. */
const FORMER: Readonly<Record<string, keyof MetricsQueue>> = {
  waiting: 'pending',
  at: 'deployment',
  of: 'subject',
  engaged: 'lastEngaged',
};

function upgraded(stored: unknown): MetricsQueue {
  const { purge: _, ...members } = (stored ?? {}) as Readonly<Record<string, unknown>>;
  const renamed = Object.entries(members).map(([name, value]) => [FORMER[name] ?? name, value] as const);
  return { ...EMPTY_QUEUE, ...Object.fromEntries(renamed) };
}

/** Changes the queue under its lock. An unchanged queue isn't written. */
export async function changeQueue(
  context: Context,
  change: (queue: MetricsQueue) => MetricsQueue | Promise<MetricsQueue>,
): Promise<void> {
  const { ports, metricsDeployment: deployment } = context;
  await ports.locks.exclusive(LOCKS.metrics, async () => {
    const stored = (await ports.local.get(LOCAL.metrics)) ?? { ...EMPTY_QUEUE, deployment };
    const changed = await change(await readQueue(context));
    const after = { ...changed, sent: changed.sent.slice(-MAX_SENT), deployment };
    if (sorted(after) !== sorted(stored)) await ports.local.set({ [LOCAL.metrics]: after });
  });
}

const sorted = (queue: object) =>
  JSON.stringify(Object.entries(queue).sort(([one], [other]) => (one < other ? -1 : 1)));

/** The events recent enough for the companion to accept; `now` in milliseconds. Pure. */
export function recent(events: readonly MetricsEvent[], now: number): readonly MetricsEvent[] {
  const oldest = dayOf(now - MAX_AGE_DAYS * DAY_MS);
  return events.filter(({ day }) => day >= oldest);
}
