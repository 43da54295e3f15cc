// Describes one change of state: what, why if recorded, and when.
import type { JournalEntry } from '../../../session/state/record.ts';
import { changeKey } from './change-key.ts';
import { Instant } from './instant.tsx';
import { firstText, text } from './text.ts';

export function ChangeLine({ entry }: { entry: JournalEntry }) {
  const reason = firstText(`reason_${entry.why}`, `error_${entry.why}`);
  return (
    <>
      {text(changeKey(entry))}
      {reason !== undefined && <> {reason}</>} <Instant at={entry.at} />
    </>
  );
}
