// What the metrics switch says about why nothing is counted.
import renderToString from 'preact-render-to-string';
import { expect, it, vi } from 'vitest';
import type { MetricsBlocker } from '../../../session/metrics/consent.ts';
import { OUT } from '../../testing.ts';

vi.mock('../../browser/api.ts', () => ({ browser: { i18n: { getMessage: (key: string) => key } } }));
vi.stubGlobal('document', { activeElement: null });
const { MetricsChoice } = await import('./settings.tsx');

const switchBlockedBy = (...blockedBy: MetricsBlocker[]) =>
  renderToString(<MetricsChoice view={{ ...OUT, metrics: { on: true, blockedBy } }} />);

it('is off and gives one reason while the permission of the browser is missing', () => {
  for (const html of [switchBlockedBy('browser'), switchBlockedBy('account', 'browser')]) {
    expect(html).not.toContain('checked');
    expect(html).toContain('closed_browser');
    expect(html).not.toContain('metricsClosed');
  }
});

it('is on and lists what else blocks metrics', () => {
  const html = switchBlockedBy('account', 'dnt_gpc');
  expect(html).toContain('checked');
  expect(html).toMatch(/metricsClosed.*closed_account.*closed_dnt_gpc/);
});

it('is on and says what is counted once nothing blocks metrics', () => {
  expect(switchBlockedBy()).toContain('checked');
  expect(switchBlockedBy()).toContain('metricsOpen');
});
