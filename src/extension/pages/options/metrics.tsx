// What may be counted and why, and the raw counts: what will be sent next, and what was sent.
import type { ComponentChildren } from 'preact';
import type { MetricsEvent } from '../../../contract/companion.ts';
import { METRICS_EVENTS } from '../../../session/constants.ts';
import type { MetricsQueue } from '../../../session/metrics/queue.ts';
import { text } from '../shared/text.tsx';

/** Every event that may be counted. */
export function MetricsTable() {
  return (
    <Table caption={text('metricsEvents')} columns={['metricsEvent', 'metricsPurpose']}>
      {Object.keys(METRICS_EVENTS).map((name) => (
        <tr key={name}>
          <th scope="row">
            <code dir="ltr">{name}</code>
          </th>
          <td>{text(`metric_${name}`)}</td>
        </tr>
      ))}
    </Table>
  );
}

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
      {lines.length === 0 ? <p class="note">{text('metricsNothing')}</p> : <Counts lines={lines} />}
    </>
  );
}

function Counts({ lines }: { lines: readonly MetricsEvent[] }) {
  const language = text('language');
  // Days are in UTC; a local time zone might show the day before.
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(language);
  return (
    <>
      <Table columns={['metricsDay', 'metricsEvent', 'metricsCount']}>
        {lines.map((line, index) => (
          <tr key={index}>
            <td>{day.format(new Date(line.day))}</td>
            <td>
              <code dir="ltr">{[line.name, line.detail].filter(Boolean).join(': ')}</code>
            </td>
            <td>{number.format(line.count)}</td>
          </tr>
        ))}
      </Table>
      <details>
        <summary>{text('metricsRaw')}</summary>
        <pre dir="ltr" tabIndex={0}>
          {JSON.stringify({ events: lines }, undefined, 2)}
        </pre>
      </details>
    </>
  );
}

/** `columns`: message keys. */
function Table(props: { caption?: string; columns: readonly string[]; children: ComponentChildren }) {
  return (
    <table>
      {props.caption !== undefined && <caption>{props.caption}</caption>}
      <thead>
        <tr>
          {props.columns.map((column) => (
            <th key={column} scope="col">
              {text(column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  );
}
