// What the metrics switch says about why nothing is counted.
import renderToString from 'preact-render-to-string';
import { expect, it, vi } from 'vitest';
import type { MetricsBlocker } from '../../../session/metrics/consent.ts';
import { OUT } from '../../testing.ts';

vi.mock('../../browser/api.ts', () => ({ browser: { i18n: { getMessage: (key: string) => key } } }));
vi.stubGlobal('document', { activeElement: null });
const { MetricsChoice } = await import('./settings.tsx');

const shown = (...blockedBy: MetricsBlocker[]) =>
  renderToString(<MetricsChoice view={{ ...OUT, metrics: { on: true, blockedBy } }} />);

it('says once that the permission of the browser is missing', () => {
  expect(shown('browser')).toContain('closed_browser');
  expect(shown('browser')).not.toContain('metricsClosed');
});

it('lists several reasons under a heading', () => {
  expect(shown('account', 'browser')).toMatch(/metricsClosed.*closed_account.*closed_browser/);
  expect(shown('account')).toMatch(/metricsClosed.*closed_account/);
});
