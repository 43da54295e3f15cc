// Shows the raw counts: what will be sent next, and what was sent.
import type { MetricsEvent } from '../../../contract/companion.ts';
import type { MetricsQueue } from '../../../session/metrics/queue.ts';
import { text } from '../shared/text.ts';

export function MetricsCounts({ queue = {} }: { queue: Partial<MetricsQueue> | undefined }) {
  const { pending = [], sent = [], deletionPending = [] } = queue;
  return (
    <>
      <Lines title={text('metricsWaiting')} lines={pending} />
      <Lines title={text('metricsSent')} lines={sent} />
      {deletionPending.length > 0 && <p role="status">{text('metricsPurge')}</p>}
    </>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly MetricsEvent[] }) {
  return (
    <>
      <h3>{title}</h3>
      {lines.length === 0 ? <p class="note">{text('metricsNothing')}</p> : <Table lines={lines} />}
    </>
  );
}

function Table({ lines }: { lines: readonly MetricsEvent[] }) {
  const language = text('language');
  // Days are in UTC; a local time zone might show the day before.
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(language);
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">{text('metricsDay')}</th>
            <th scope="col">{text('metricsEvent')}</th>
            <th scope="col">{text('metricsCount')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => (
            <tr key={index}>
              <td>{day.format(new Date(line.day))}</td>
              <td>
                <code dir="ltr">{[line.name, line.detail].filter(Boolean).join(': ')}</code>
              </td>
              <td>{number.format(line.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <details>
        <summary>{text('metricsRaw')}</summary>
        <pre dir="ltr" tabIndex={0}>
          {JSON.stringify({ events: lines }, undefined, 2)}
        </pre>
      </details>
    </>
  );
}
