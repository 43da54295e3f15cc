// Responses about a session's state: the contract's body, its ETag, and why a session ended.
import { createHash } from 'node:crypto';
import type { AccountState, EndedReason } from '../../contract/companion.ts';
import { Problem } from '../http/problem.ts';
import type { LiveSession } from '../store.ts';

/** How long a profile's consent to metrics is valid, in milliseconds. */
export const PROFILE_COUNTS_MS = 24 * 3_600_000;

/** A session in the contract's format. The same state always yields the same bytes. Pure. */
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

/** 401: why and when (milliseconds) the session ended. */
export function endedSession(reason: EndedReason, at: number): Problem {
  return new Problem(401, 'session_ended', 'The session has ended', {
    challenge: { error: 'invalid_token' },
    more: { reason, at },
  });
}
