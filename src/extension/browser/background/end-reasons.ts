// Ends of a session that nobody needs to be called for: the person, or a choice of theirs, brought them about, or they were told before.
import type { Reason } from '../../../fxa/errors.ts';

const EXPECTED: readonly (Reason | undefined)[] = [
  'by_user',
  'session_only',
  'keys_not_kept',
  'environment_changed',
];

/** Pure. */
export function isExpected(reason: Reason | undefined): boolean {
  return EXPECTED.includes(reason);
}
