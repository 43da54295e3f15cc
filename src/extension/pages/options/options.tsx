// The page, with one section per topic.
import type { JournalEntry } from '../../../session/state/record.ts';
import type { MetricsQueue } from '../../../session/metrics/queue.ts';
import type { LOCAL } from '../../../session/state/storage-items.ts';
import type { View } from '../../../session/state/view.ts';
import type { ServerConfig } from '../../server-config.ts';
import { ChangeLine } from '../shared/change-line.tsx';
import { Heading, Section, TesterNote } from '../shared/layout.tsx';
import { MetricsChoice } from '../shared/settings.tsx';
import { text } from '../shared/text.tsx';
import { MetricsCounts, MetricsTable } from './metrics.tsx';
import { Server } from './server.tsx';
import { SigningIn } from './signing-in.tsx';

/** The stored items that the page shows, by their keys. */
export interface Stored {
  /** The server a tester selected. */
  readonly [LOCAL.server]?: ServerConfig | null;
  readonly [LOCAL.metrics]?: MetricsQueue;
  readonly [LOCAL.journal]?: readonly JournalEntry[];
}

export function Options({ view, server, metrics, journal = [] }: Stored & { view: View }) {
  return (
    <main class="wide" data-status={view.status}>
      <TesterNote />
      <Heading>{text('settings')}</Heading>
      <Section title={text('optionsSignIn')}>
        <SigningIn view={view} />
      </Section>
      <Section title={text('optionsMetrics')}>
        <p>{text('metricsIntro')}</p>
        <MetricsChoice view={view} />
        <MetricsTable />
        <p>{text('metricsFlow')}</p>
        <MetricsCounts queue={metrics} />
      </Section>
      <Section title={text('optionsJournal')}>
        <Journal entries={journal} />
      </Section>
      <Section title={text('optionsServer')}>
        <Server server={server} />
      </Section>
      <p>
        <a href="../doctor/index.html">{text('openDoctor')}</a>
      </p>
    </main>
  );
}

/** The changes of the session, latest first. */
function Journal({ entries }: { entries: readonly JournalEntry[] }) {
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
