// Reasons for the end of a session that need no notification, because the user caused them or already knows.
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
