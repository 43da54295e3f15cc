// Selects the message for a change of state.
import type { JournalEntry } from '../../../session/state/record.ts';

/** The message key. Pure. */
export function changeKey({ from, to, why }: JournalEntry): string {
  if (why.startsWith('revocations_')) return 'change_given_up';
  if (why === 'tokens_refused') return 'change_tokens_refused';
  if (why === 'reset') return 'change_reset';
  if (from === 'signingIn' && why !== 'sign_in' && why !== 'by_user') return 'change_failed';
  return `change_${to}`;
}
