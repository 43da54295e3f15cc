// How a session's state is told: the body of the contract, its ETag, and the words for an end.
import { createHash } from 'node:crypto';
import type { AccountState, EndedReason } from '../../contract/companion.ts';
import { challenge } from '../bearer/refusals.ts';
import { Problem } from '../http/problem.ts';
import type { LiveSession } from '../store.ts';

/** How long a profile that allows metrics counts, in milliseconds. */
export const PROFILE_COUNTS_MS = 24 * 3_600_000;

/** What goes with a 401 on a session that is no good (RFC 6750, section 3.1). */
export function refusalHeaders(): Record<string, string> {
  return { 'www-authenticate': challenge({ error: 'invalid_token' }) };
}

/** A session in the words of the contract. The same state is always written with the same bytes. Pure. */
export function accountState(session: LiveSession): AccountState {
  const { revision, metrics, metricsReadAt, subscriptions } = session;
  const names = Object.keys(subscriptions).sort();
  return {
    revision,
    metrics,
    ...(metrics && { metricsUntil: metricsReadAt + PROFILE_COUNTS_MS }),
    subscriptions: Object.fromEntries(names.map((name) => [name, subscriptions[name] === true])),
  };
}

/** A strong entity tag of a body (RFC 9110, section 8.8.3). */
export function entityTag(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url')}"`;
}

/** Whether `If-None-Match` names the tag: a list or `*`, compared weakly (RFC 9110, section 13.1.2). Pure. */
export function noneMatchNames(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const named = header.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return named.some((one) => one.replace(/^W\//, '') === tag);
}

/** 401: the session is over, and why; `at` in milliseconds. */
export function endedSession(reason: EndedReason, at: number): Problem {
  return new Problem(401, 'session_ended', 'The session has ended', {
    headers: refusalHeaders(),
    more: { reason, at },
  });
}
