// Lists every event that may be counted (session/metrics/events.ts) and why.
import { METRICS_EVENTS } from '../../../session/constants.ts';
import { text } from '../shared/text.ts';

export function MetricsTable() {
  return (
    <table>
      <caption>{text('metricsEvents')}</caption>
      <thead>
        <tr>
          <th scope="col">{text('metricsEvent')}</th>
          <th scope="col">{text('metricsPurpose')}</th>
        </tr>
      </thead>
      <tbody>
        {Object.keys(METRICS_EVENTS).map((name) => (
          <tr key={name}>
            <th scope="row">
              <code dir="ltr">{name}</code>
            </th>
            <td>{text(`metric_${name}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
