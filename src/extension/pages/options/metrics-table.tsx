// Lists every event that may be counted (session/metrics/events.ts) and why.
import type { MetricsName } from '../../../session/metrics/events.ts';
import { text } from '../shared/text.ts';

/** A record, so that the compiler checks completeness. */
const EVENTS: Record<MetricsName, true> = {
  sign_in_started: true,
  sign_in_completed: true,
  sign_in_failed: true,
  reauth_asked: true,
  popup_opened: true,
  engage: true,
};

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
        {Object.keys(EVENTS).map((name) => (
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
