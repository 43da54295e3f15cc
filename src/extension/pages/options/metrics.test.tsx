import renderToString from 'preact-render-to-string';
import { expect, it, vi } from 'vitest';
import { EMPTY_QUEUE, type MetricsQueue } from '../../../session/metrics/queue.ts';

vi.mock('../shared/text.tsx', () => ({ text: (key: string) => (key === 'language' ? 'en' : key) }));
const { MetricsCounts } = await import('./metrics.tsx');

const countsOf = (queue?: MetricsQueue) => renderToString(<MetricsCounts queue={queue} />);

it('shows what will be sent, and what was', () => {
  const line = { name: 'popup_opened', day: '2026-11-21', count: 3 };
  const failed = { name: 'sign_in_failed', detail: 'offline', day: '2026-11-20', count: 1 };
  const html = countsOf({ ...EMPTY_QUEUE, pending: [line], sent: [failed] });
  expect(html).toMatch(/metricsWaiting.*popup_opened.*metricsSent.*sign_in_failed: offline/s);
  expect(html).not.toMatch(/metricsNothing|metricsPurge/);
});

it('says while the companion has yet to delete counts', () => {
  expect(countsOf({ ...EMPTY_QUEUE, deletionPending: ['s1'] })).toContain('metricsPurge');
  expect(countsOf(EMPTY_QUEUE)).not.toContain('metricsPurge');
});

it.each([
  ['nothing is stored', undefined],
  [
    'the queue is still that of version 0.1.0',
    { waiting: [], sent: [], purge: true } as unknown as MetricsQueue,
  ],
])('shows no counts where %s', (_what, queue) => {
  expect(countsOf(queue).match(/metricsNothing/g)).toHaveLength(2);
});
