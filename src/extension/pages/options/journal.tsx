// Lists the changes of the session, latest first.
import type { JournalEntry } from '../../../session/state/record.ts';
import { ChangeLine } from '../shared/change-line.tsx';
import { text } from '../shared/text.ts';

export function Journal({ entries = [] }: { entries: readonly JournalEntry[] | undefined }) {
  if (entries.length === 0) return <p>{text('journalEmpty')}</p>;
  return (
    <>
      <p class="note">{text('journalNote')}</p>
      <ol class="journal" reversed>
        {entries.toReversed().map((entry, index) => (
          <li key={entries.length - index}>
            <ChangeLine entry={entry} />
          </li>
        ))}
      </ol>
    </>
  );
}
