// Texts of the status page: kinds of events, failures, relative times and figures.
import type { EventKind } from '../security-events/types.ts';
import { DAY_MS, HOUR_MS } from '../day.ts';

/** In stacking and listing order. */
export const KINDS: Readonly<Record<EventKind, string>> = {
  password_change: 'password changed',
  delete_user: 'account deleted',
  profile_change: 'profile changed',
  subscription_state_change: 'subscription changed',
  metrics_opt_out: 'metrics refused',
  metrics_opt_in: 'metrics allowed',
};

export const KIND_NAMES = Object.keys(KINDS) as EventKind[];

const REASONS: Readonly<Record<string, string>> = {
  malformed: 'no token or event, or one that cannot be read',
  algorithm: 'signed by another algorithm than RS256',
  extension: 'a header that requires an unknown extension',
  type: 'a token of another kind (an access or id token)',
  key: 'signed with a key Mozilla accounts does not publish',
  signature: 'the signature is wrong',
  issuer: 'from another issuer than the one configured',
  audience: 'for another client than those configured',
  subject: 'without a valid account id',
  id: 'without an id',
  stale: 'signed too long ago',
  future: 'dated in the future: is a clock wrong?',
  expired: 'expired',
  events: 'without valid events',
  store: 'the database did not accept it',
  sqs: 'the queue refused a request, or did not answer',
  keys_unreachable: 'the keys of Mozilla accounts could not be read',
  keys_just_read: 'an unknown key, moments after the keys were read',
  unknown_event: 'an event this version does not know',
};

/** Describes a refusal; unknown reasons are shown as their code. */
export function reasonInWords(reason: string): string {
  return REASONS[reason] ?? reason;
}

const SET_ASIDE: Readonly<Record<string, string>> = {
  misconfigured:
    'Mozilla accounts does not know this client. Compare the client id with the registration; sign-outs work again after that.',
  invalid_request:
    'Mozilla accounts rejects this request. This is a bug: please report it with this version.',
  given_up:
    'It was tried for 30 days. The grant has most likely expired; if sign-outs work again, there is nothing to do.',
};

/** What the operator should do about grants that were set aside. */
export function whatToDo(why: string): string {
  return SET_ASIDE[why] ?? 'Look for this code in the log.';
}

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const NUMBER = new Intl.NumberFormat('en');

/** “3 hours ago”; instants in milliseconds. */
export function ago(instant: number, now: number): string {
  const ms = now - instant;
  if (ms < 60_000) return 'just now';
  if (ms < HOUR_MS) return RELATIVE.format(-Math.floor(ms / 60_000), 'minute');
  if (ms < 2 * DAY_MS) return RELATIVE.format(-Math.floor(ms / HOUR_MS), 'hour');
  return RELATIVE.format(-Math.floor(ms / DAY_MS), 'day');
}

/** “3 s ahead of this machine”; takes seconds. */
export function offBy(seconds: number): string {
  if (seconds === 0) return 'in step with this machine';
  return `${number(Math.abs(seconds))} s ${seconds > 0 ? 'ahead of' : 'behind'} this machine`;
}

/** “12,345”. */
export function number(count: number): string {
  return NUMBER.format(count);
}

/** The sum of counts; 0 for none. */
export function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

/** “1 session”, “2 sessions”. */
export function plural(count: number, thing: string): string {
  return `${number(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** `Mon 16`, in UTC. */
export function dayLabel(instant: number): string {
  return new Intl.DateTimeFormat('en', { weekday: 'short', day: 'numeric', timeZone: 'UTC' }).format(instant);
}
