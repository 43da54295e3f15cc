import { describe, expect, it } from 'vitest';
import { createCounters } from './counters.ts';
import { addGauges } from './gauges.ts';
import { prometheusRoute } from './operator.ts';

const NOW = 1_800_000_000_000;
const REVOCATIONS = {
  pending: 4,
  oldest: NOW - 90_000,
  setAside: [
    { clientId: 'a', why: 'misconfigured', count: 2 },
    { clientId: 'b', why: 'given_up', count: 1 },
  ],
};

/** Counters whose gauges of grants are read by `ask`; all others fail. */
function withGauges(ask: () => Promise<typeof REVOCATIONS>) {
  const made = createCounters();
  const down = () => Promise.reject(new Error('down'));
  const none = () => 0;
  addGauges(made, {
    health: down,
    eventAges: down,
    revocations: ask,
    deliveriesWaiting: none,
    checkingTokens: none,
    now: () => NOW,
  });
  return made;
}

describe('the counters', () => {
  it('add up', async () => {
    const made = createCounters();
    made.webhook('accepted', 'password_change');
    made.webhook('refused', 'signature');
    made.webhook('refused', 'signature');
    made.queueMessage('ignored', 'unknown_event');
    made.revocation('set_aside');
    made.tokenCache('hit');
    made.metricsEvent('opened', 3);
    made.metricsEvent('opened');
    const text = await made.text();
    expect(text).toContain('companion_webhooks_total{outcome="accepted",what="password_change"} 1');
    expect(text).toContain('companion_queue_messages_total{outcome="ignored",what="unknown_event"} 1');
    expect(text).toContain('companion_revocations_total{outcome="set_aside"} 1');
    expect(text).toContain('companion_token_cache_total{outcome="hit"} 1');
    expect(text).toContain('companion_metrics_events_total{name="opened"} 4');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(await made.webhooks()).toContainEqual({ outcome: 'refused', what: 'signature', count: 2 });
    expect(await made.queueMessages()).toEqual([{ outcome: 'ignored', what: 'unknown_event', count: 1 }]);
  });

  it('keep at most a hundred event names chosen by clients', async () => {
    const made = createCounters();
    for (let n = 0; n < 1000; n += 1) made.metricsEvent(`name_${n}`);
    made.metricsEvent('name_7');
    const text = await made.text();
    expect(text.match(/^companion_metrics_events_total\{/gm)).toHaveLength(101);
    expect(text).toContain('companion_metrics_events_total{name="name_7"} 2');
    expect(text).toContain('companion_metrics_events_total{name="other"} 900');
  });

  it('report the revocation queue', async () => {
    const text = await withGauges(() => Promise.resolve(REVOCATIONS)).text();
    expect(text).toContain('companion_revocations_pending 4');
    expect(text).toContain('companion_revocations_oldest_seconds 90');
    expect(text).toContain('companion_revocations_set_aside 3');
  });

  it('sort durations by route and class of status, and ages of deliveries', async () => {
    const made = createCounters();
    made.request('/v1/session', 200, 0.003);
    made.request('/v1/session', 204, 7);
    made.stored(45);
    made.stored(-3);
    const text = await made.text();
    const session = 'route="/v1/session",status="2xx"';
    expect(text).toContain(`companion_http_request_duration_seconds_bucket{le="0.005",${session}} 1`);
    expect(text).toContain(`companion_http_request_duration_seconds_count{${session}} 2`);
    expect(text).toContain('companion_delivery_age_seconds_bucket{le="0.1"} 1');
    expect(text).toContain('companion_delivery_age_seconds_bucket{le="60"} 2');
  });

  it('have gauges that are read at each scrape, and keep their last value when that fails', async () => {
    const made = createCounters();
    let clients = new Map([['notes', 7]]);
    let ask = () => Promise.resolve(clients);
    made.gauge('waiting', 'Help', () => 3);
    made.gauge('age', 'Help', () => ask(), 'client');
    expect(await made.text()).toMatch(/^companion_waiting 3\n[^]*^companion_age\{client="notes"\} 7$/m);
    ask = () => Promise.reject(new Error('down'));
    expect(await made.text()).toContain('companion_age{client="notes"} 7');
    clients = new Map([['other', 1]]);
    ask = () => Promise.resolve(clients);
    const text = await made.text();
    expect(text).toContain('companion_age{client="other"} 1');
    expect(text).not.toContain('notes');
  });

  it('are served while the database is down', async () => {
    const text = await withGauges(() => Promise.reject(new Error('down'))).text();
    expect(text).toContain('companion_webhooks_total');
  });
});

describe('GET /metrics', () => {
  const ask = (password: string | undefined, credentials?: string) =>
    Promise.resolve(
      prometheusRoute(createCounters(), password).request('/metrics', {
        headers: credentials === undefined ? {} : { authorization: `Basic ${btoa(credentials)}` },
      }),
    );

  it('serves the operator', async () => {
    const answer = await ask('correct horse', 'operator:correct horse');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await answer.text()).toContain('# TYPE companion_webhooks_total counter');
  });

  it.each([undefined, 'operator:wrong', 'operator:', 'other:correct horse', 'operator'])(
    'asks %s for the password',
    async (credentials) => {
      const answer = await ask('correct horse', credentials);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="companion"');
    },
  );

  it.each([undefined, ''])('is absent without a password', async (password) => {
    expect((await ask(password, 'operator:')).status).toBe(404);
  });
});
