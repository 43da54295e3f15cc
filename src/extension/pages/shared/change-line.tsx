// Describes one change of state: what, why if recorded, and when.
import type { JournalEntry } from '../../../session/state/record.ts';
import { firstText, Instant, text } from './text.tsx';

export function ChangeLine({ entry }: { entry: JournalEntry }) {
  const reason = firstText(`reason_${entry.why}`, `error_${entry.why}`);
  return (
    <>
      {text(changeKey(entry))}
      {reason !== undefined && <> {reason}</>} <Instant at={entry.at} />
    </>
  );
}

/** The message key for a change. Pure. */
export function changeKey({ from, to, why }: JournalEntry): string {
  if (why.startsWith('revocations_')) return 'change_given_up';
  if (why === 'tokens_refused') return 'change_tokens_refused';
  if (why === 'reset') return 'change_reset';
  if (from === 'signingIn' && why !== 'sign_in' && why !== 'by_user') return 'change_failed';
  return `change_${to}`;
}
