import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Client } from '../clients.ts';
import { DAY_MS, HOUR_MS } from '../day.ts';
import { NO_STATE } from '../http/testing.ts';
import type { EventCount } from '../operations/counters.ts';
import type { Health } from '../operations/health.ts';
import type { OperatorState } from '../store.ts';
import { status, type StatusOptions } from './page.ts';

const NOW = Date.UTC(2026, 10, 21, 15, 47);
const FIREFOX = 'a1b2c3d4e5f60718';
const WELL: Health = {
  status: 'ok',
  checks: { database: 'ok', revocations: 'ok', accounts: 'ok', clock: 'ok', events: 'ok' },
  details: { oldestRevocation: 0, accountsClock: 1, databaseClock: -2 },
};
const HOSTILE = `<script>alert(1)</script>"'&`;
const client = (clientId: string, name: string): Client => ({
  clientId,
  name,
  scope: 'profile',
  space: 'x',
  jwt: false,
});
const state = (lastEvent: number | undefined, more: Partial<OperatorState> = {}): OperatorState => ({
  ...NO_STATE,
  clients: {
    [FIREFOX]: {
      sessions: 1234,
      ...(lastEvent !== undefined && { lastEvent: { kind: 'password_change', at: lastEvent } }),
    },
  },
  ...more,
});

const countersOf = (webhooks: readonly EventCount[], queue: readonly EventCount[] = []) => ({
  webhooks: () => Promise.resolve(webhooks),
  queueMessages: () => Promise.resolve(queue),
});

async function ask(
  current: OperatorState | undefined,
  options: Partial<StatusOptions> = {},
  credentials = 'operator:secret',
) {
  const app = status({
    password: 'secret',
    clients: new Map([[FIREFOX, client(FIREFOX, 'notes')]]),
    version: { source: 's', version: '1.2.3', commit: 'c', build: 'b' },
    startedAt: NOW - 3 * DAY_MS,
    state: () => (current === undefined ? Promise.reject(new Error('canary')) : Promise.resolve(current)),
    health: () => Promise.resolve(WELL),
    counters: countersOf([]),
    now: () => NOW,
    ...options,
  });
  const answer = await app.request('/status', { headers: { authorization: `Basic ${btoa(credentials)}` } });
  const source = await answer.text();
  return { answer, source, text: source.replace(/\s+/g, ' ') };
}

describe('the status page', () => {
  it('requires the operator password, and is absent without one', async () => {
    expect((await ask(NO_STATE, {}, 'operator:wrong')).answer.status).toBe(401);
    expect((await ask(NO_STATE, { password: undefined })).answer.status).toBe(404);
    expect((await ask(NO_STATE)).answer.status).toBe(200);
  });

  it('reloads itself, runs and loads nothing, and is not cached', async () => {
    const { answer } = await ask(state(NOW - HOUR_MS));
    const again = await ask(state(NOW - HOUR_MS));
    expect(again.text).toContain('<meta http-equiv="refresh" content="60" />');
    expect(again.text).not.toMatch(
      /<(?:script|img|iframe|form|object)\b|\bon\w+=|\sstyle=|@import|url\(|https?:/i,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-type')).toBe('text/html; charset=UTF-8');
  });

  it('allows only its own style', async () => {
    const app = await ask(state(NOW));
    const policy = app.answer.headers.get('content-security-policy') ?? '';
    const style = /<style>([^]*)<\/style>/.exec(app.source)?.[1] ?? '';
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('lists clients with sessions, last event and its age', async () => {
    const { text } = await ask(state(NOW - 2 * HOUR_MS));
    expect(text).toMatch(/notes <code>a1b2c3d4e5f60718<\/code>.*password changed, 2 hours ago.*1,234/);
    expect(text).toContain('All is well');
  });

  it('escapes values of the configuration, the counters and the database', async () => {
    const { text } = await ask(
      {
        ...state(NOW - 9 * DAY_MS),
        revocations: { pending: 0, setAside: [{ clientId: HOSTILE, why: HOSTILE, count: 1 }] },
      },
      {
        clients: new Map([[FIREFOX, client(FIREFOX, HOSTILE)]]),
        version: { source: '', version: HOSTILE, commit: '', build: '' },
        counters: countersOf([{ outcome: 'refused', what: HOSTILE, count: 1 }]),
      },
    );
    expect(text).not.toContain('<script>');
    expect(text.split('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')).toHaveLength(7);
  });
});

describe('the status page points out', () => {
  it('a client with sessions but no event for a week', async () => {
    expect((await ask(state(NOW - 7 * DAY_MS + 1))).text).toContain('All is well');
    const { text } = await ask(state(NOW - 7 * DAY_MS));
    expect(text).toContain('No event for notes for 7 days');
    expect(text).not.toContain('All is well');
    expect((await ask(state(undefined))).text).toContain('No event has come for notes yet');
    expect((await ask(NO_STATE)).text).toContain('All is well');
  });

  it('a long-waiting revocation, and one that was set aside', async () => {
    const revocations = {
      pending: 2,
      oldest: NOW - 5 * HOUR_MS,
      setAside: [{ clientId: FIREFOX, why: 'misconfigured', count: 3 }],
    };
    const { text } = await ask(state(NOW, { revocations }));
    expect(text).toContain('the oldest for 5 hours');
    expect(text).toContain('3 grants could not be destroyed');
    expect(text).toContain('Compare the client id with the registration');
    expect(text).toContain('2 grants waiting, the oldest came 5 hours ago.');
  });

  it('a database that does not answer, with status 503', async () => {
    const { answer, text } = await ask(undefined);
    expect(answer.status).toBe(503);
    expect(text).toContain('The database does not answer');
    expect(text).not.toContain('canary');
  });

  it('refusals, most frequent first', async () => {
    const webhooks = [
      { outcome: 'accepted', what: 'password_change', count: 50 },
      { outcome: 'refused', what: 'stale', count: 2 },
      { outcome: 'refused', what: 'signature', count: 1204 },
      { outcome: 'unavailable', what: 'store', count: 1 },
    ];
    const { text } = await ask(state(NOW), { counters: countersOf(webhooks) });
    expect(text).toMatch(
      /the signature is wrong.*1,204.*signed too long ago.*the database did not accept it/,
    );
    expect(text).toMatch(/Refused tokens.*1,206/);
  });

  it('lists messages of the queue beside them', async () => {
    const queue = [
      { outcome: 'accepted', what: 'profile_change', count: 9 },
      { outcome: 'refused', what: 'malformed', count: 3 },
    ];
    const { text } = await ask(state(NOW), { counters: countersOf([], queue) });
    expect(text).toMatch(/no token or event, or one that cannot be read.*refused, left in the queue.*3/);
    expect(text).not.toContain('<th scope="row">profile_change');
  });
});

describe('the chart of deliveries', () => {
  const hour = Date.UTC(2026, 10, 20, 12);
  const deliveries = [
    { hour, clientId: FIREFOX, kind: 'password_change' as const, count: 6 },
    { hour: hour + HOUR_MS, clientId: 'b', kind: 'delete_user' as const, count: 2 },
  ];

  it('stacks kinds in columns of proportional height, with tooltips', async () => {
    const { text } = await ask(state(NOW, { deliveries }));
    const [bars = ''] = /<g>.*?<\/g>/.exec(text) ?? [];
    expect(bars).toContain('20 Fri, 12:00–15:00 UTC: 6 × password changed, 2 × account deleted');
    const rects = [
      ...bars.matchAll(/<rect class="(\w+)" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g),
    ];
    const [password, deletion] = rects.map(([, , y, height]) => ({ y: Number(y), height: Number(height) }));
    expect(rects.map(([, kind]) => kind)).toEqual(['password_change', 'delete_user']);
    expect((password?.height ?? 0) / (deletion?.height ?? 1)).toBeCloseTo(3, 1);
    expect((deletion?.y ?? 0) + (deletion?.height ?? 0)).toBeCloseTo(password?.y ?? 0, 0);
  });

  it('has a title, a description and an equivalent table', async () => {
    const { text } = await ask(state(NOW, { deliveries }));
    expect(text).toContain('role="img" aria-labelledby="plot-title plot-text"');
    expect(text).toContain('8 events; the table below has them by day.');
    expect(text).toMatch(
      /<th scope="row">20 Fri<\/th> <td class="n">6<\/td><td class="n">2<\/td>.*?<td class="n">8<\/td>/,
    );
  });

  it('is omitted without deliveries', async () => {
    expect((await ask(state(NOW))).text).not.toContain('role="img"');
  });
});

describe('the health check on the status page', () => {
  const found = (checks: Partial<Health['checks']>, details: Partial<Health['details']>): Health => ({
    status: Object.values(checks).includes('error') ? 'error' : 'warning',
    checks: { ...WELL.checks, ...checks },
    details: { ...WELL.details, ...details },
  });
  const page = (health: Health, more: Partial<StatusOptions> = {}) =>
    ask(state(NOW - HOUR_MS), { health: () => Promise.resolve(health), ...more });

  it('shows the clock differences', async () => {
    const { text } = await page(WELL);
    expect(text).toContain('clock of Mozilla accounts 1 s ahead of this machine');
    expect(text).toContain('of the database 2 s behind this machine');
  });

  it.each([
    ['read_only', 'accepts no writes'],
    ['disk_full', 'disk of the database is full'],
    ['frozen', 'has stopped answering'],
    ['time_out', 'answers too slowly'],
  ] as const)(
    'does not say that all is well while no event can be taken in: %s',
    async (database, sentence) => {
      const { answer, text } = await page(found({ database: 'error' }, { database }));
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(text).toContain(sentence);
      expect(text).not.toContain('All is well');
    },
  );

  it('reports clients whose events are overdue', async () => {
    const { text } = await page(found({ events: 'warning' }, { silent: ['notes'] }));
    expect(text).toMatch(/No event for notes for 1 hour.*COMPANION_EXPECT_EVENTS_EVERY/);
  });

  it('reports a wrong clock', async () => {
    const { answer, text } = await page(found({ clock: 'error' }, { accountsClock: 120 }));
    expect(answer.status).toBe(503);
    expect(text).toContain('every event is refused');
    expect(text).toContain('Mozilla accounts is 120 s ahead of this machine');
  });

  it('reports a proxy that may not be configured', async () => {
    expect((await page(WELL, { forwardedIgnored: () => true })).text).toContain('COMPANION_TRUSTED_PROXIES');
    expect((await page(WELL)).text).not.toContain('COMPANION_TRUSTED_PROXIES');
  });
});
