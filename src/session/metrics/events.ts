// Every event that is counted, and why. Nothing else is ever counted.
import type { MetricsEvent } from '../../contract/companion.ts';
import { liveSession, baseState, type Session } from '../state/states.ts';

/** Event names, each with the question it answers. Their labels are `metric_…` in public/_locales. */
export const METRICS_EVENTS = {
  sign_in_started: 'how many sign-ins begin',
  sign_in_completed: 'how many of them succeed',
  sign_in_failed: 'with which error codes the others fail',
  reauth_asked: 'how often Mozilla accounts ends a session',
  popup_opened: 'how many days it is used, and how often',
  // FxA: the only event passed on to Mozilla accounts: this client was used today.
  engage: 'whether the account is used here',
} as const;
type MetricsName = keyof typeof METRICS_EVENTS;

/** The contract's limit for one line. */
const MAX_COUNT = 1000;

/** An event without its day. */
export interface UndatedEvent {
  readonly name: MetricsName;
  /** A code, never free text. */
  readonly detail?: string;
}

/** The events a change of the session counts as. Pure. */
export function eventsForChange(before: Session, after: Session): readonly UndatedEvent[] {
  if (before === after) return [];
  const found: UndatedEvent[] = [];
  if (before.status !== 'signingIn' && after.status === 'signingIn') found.push({ name: 'sign_in_started' });
  if (before.status === 'signingIn' && after.status !== 'signingIn') {
    if (after.status === 'signedIn' && after.id === before.attempt.id)
      found.push({ name: 'sign_in_completed' });
    else if (after.attemptError) found.push({ name: 'sign_in_failed', detail: after.attemptError.code });
  }
  if (liveSession(before) && baseState(after).status === 'needsReauth') found.push({ name: 'reauth_asked' });
  return found;
}

/** The day of an instant (milliseconds), in UTC as the companion counts: `2026-11-21`. Pure. */
export function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** Adds a line to the counts, merging it with a line of the same day, name and detail. Pure. */
export function addLine(events: readonly MetricsEvent[], line: MetricsEvent): readonly MetricsEvent[] {
  const same = (one: MetricsEvent) =>
    one.name === line.name && one.detail === line.detail && one.day === line.day;
  if (!events.some(same)) return [...events, line];
  return events.map((one) =>
    same(one) ? { ...one, count: Math.min(one.count + line.count, MAX_COUNT) } : one,
  );
}

/**
 * Whether an event counts: `engage` once a day, everything else every time. `engaged`: day of the last `engage`. Pure.
 */
export function shouldCount({ name }: UndatedEvent, today: string, engaged: string | undefined): boolean {
  return name !== 'engage' || engaged !== today;
}
