// Ends of a session that nobody needs to be called for: the person, or a choice of theirs, brought them about.
import type { Reason } from '../../fxa/errors.ts';

const EXPECTED: readonly (Reason | undefined)[] = ['by_user', 'session_only', 'environment_changed'];

/** Pure. */
export function isExpected(reason: Reason | undefined): boolean {
  return EXPECTED.includes(reason);
}
