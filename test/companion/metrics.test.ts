// Metrics: flows fetched for the extension, and events only of users who allow them.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricsEvent } from '../../src/contract/companion.ts';
import { metrics } from '../../src/companion/routes/metrics.ts';
import { sessions } from '../../src/companion/routes/sessions.ts';
import type { FakeStore } from './fakes/store.ts';
import { CLIENT, createHarness, OTHER_CLIENT, type Harness } from './fakes/mock-and-companion.ts';

type Json = Record<string, unknown>;

const DAY_MS = 86_400_000;

let harness: Harness<FakeStore>;
let app: ReturnType<Harness<FakeStore>['serve']>;
let session: string;
let measured: [string, number][];

beforeEach(async () => {
  harness = await createHarness();
  // Midday, so that tests that span hours stay within the day.
  harness.clock.now = Math.floor(harness.clock.now / DAY_MS) * DAY_MS + DAY_MS / 2;
  measured = [];
  mount(fetch);
  session = await createSession(await harness.token());
});
afterEach(async () => {
  expect(harness.unexpected).toEqual([]);
  await harness.mock.stop();
});

function mount(fetch: typeof globalThis.fetch) {
  const parts = { ...harness.parts, http: { fetch } };
  const measure = (name: string, count: number) => void measured.push([name, count]);
  app = harness.serve(metrics({ ...parts, measure }).route('/', sessions(parts)));
}

async function createSession(token: string, shown?: string): Promise<string> {
  const body = JSON.stringify({ session: shown });
  const headers = { authorization: `Bearer ${token}` };
  const response = await app.request('/v1/sessions', { method: 'POST', headers, body });
  return String(((await response.json()) as Json).session);
}

const day = (ago = 0) => new Date(harness.clock.now - ago * DAY_MS).toISOString().slice(0, 10);
const event = (more: object = {}): MetricsEvent => ({ name: 'popup_opened', day: day(), count: 1, ...more });
const send = (events: unknown, bearer = session) =>
  app.request('/v1/metrics', {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}` },
    body: JSON.stringify({ events }),
  });
const error = async (response: Response) => [response.status, ((await response.json()) as Json).error];

describe('POST /v1/metrics', () => {
  it('counts the events of an account that allows it, without its uid', async () => {
    const events = [event({ detail: 'by_icon', count: 3 }), event({ day: day(7) })];
    const response = await send(events);
    expect([response.status, await response.text()]).toEqual([202, '']);
    expect(harness.store.rows.metrics).toMatchObject(events);
    expect(measured).toEqual([
      ['popup_opened', 3],
      ['popup_opened', 1],
    ]);
    expect(harness.store.dump()).not.toContain(harness.uid());
  });

  it('counts nothing after an opt-out, and deletes earlier counts', async () => {
    await send([event()]);
    await harness.receives({ kind: 'metrics_opt_out' });
    expect(await error(await send([event()]))).toEqual([403, 'metrics_off']);
    expect(harness.store.rows.metrics).toEqual([]);
  });

  it.each([
    ['an opt-out', () => harness.receives({ kind: 'metrics_opt_out' }), [403, 'metrics_off']],
    ['a sign-out', (hash: Buffer) => harness.store.end(hash, [], 0), [401, 'session_ended']],
  ])('counts nothing when %s arrives between the check and the count', async (_what, arrive, refused) => {
    const { session: look } = harness.store;
    harness.store.session = async (hash, at) => {
      const seen = await look(hash, at);
      await arrive(hash);
      return seen;
    };
    expect(await error(await send([event()]))).toEqual(refused);
    expect([harness.store.rows.metrics, measured]).toEqual([[], []]);
  });

  it('requires a fresh profile after 24 hours, and counts again once it was read', async () => {
    harness.clock.now += DAY_MS;
    expect((await send([event()])).status).toBe(202);
    harness.clock.now += 1;
    expect(await error(await send([event()]))).toEqual([403, 'consent_stale']);
    await createSession(await harness.token(), session);
    expect((await send([event()])).status).toBe(202);
  });

  it('refuses events of ended and unknown sessions', async () => {
    expect(await error(await send([event()], 'A'.repeat(43)))).toEqual([401, 'unknown_session']);
    await harness.receives({ kind: 'password_change', changedAt: harness.clock.now + 5000 });
    expect(await error(await send([event()]))).toEqual([401, 'session_ended']);
    expect(harness.store.rows.metrics).toEqual([]);
  });
});

describe('DELETE /v1/metrics', () => {
  const forget = (bearer = session) =>
    app.request('/v1/metrics', { method: 'DELETE', headers: { authorization: `Bearer ${bearer}` } });

  it('deletes this client’s counts of this account, idempotently, and nothing else', async () => {
    const elsewhere = await createSession(await harness.token({ clientId: OTHER_CLIENT.clientId }));
    const left = event({ name: 'counted_elsewhere' });
    await send([left], elsewhere);
    await send([event(), event({ name: 'engage' })]);
    for (let again = 0; again < 2; again += 1) {
      const response = await forget();
      expect([response.status, await response.text()]).toEqual([204, '']);
      expect(harness.store.rows.metrics).toMatchObject([left]);
      // Otherwise engage would be sent twice a day for a user who opts out and in.
      expect(harness.store.rows.engaged.size).toBe(1);
    }
    expect((await send([event()])).status).toBe(202);
  });

  it('needs no consent, which may have been withdrawn', async () => {
    harness.clock.now += 2 * DAY_MS;
    expect((await forget()).status).toBe(204);
    await harness.receives({ kind: 'metrics_opt_out' });
    expect((await forget()).status).toBe(204);
  });

  it('requires the session token', async () => {
    await send([event()]);
    expect(await error(await forget('A'.repeat(43)))).toEqual([401, 'unknown_session']);
    expect(harness.store.rows.metrics).toHaveLength(1);
  });
});

describe('engage', () => {
  const asked = () => harness.mock.metricsFlows;

  it('is sent to Mozilla accounts once a day, and not counted here', async () => {
    for (let again = 0; again < 3; again += 1)
      expect((await send([event({ name: 'engage' })])).status).toBe(202);
    const query = { event_type: 'engage', service: CLIENT.clientId, uid: harness.uid() };
    await expect.poll(asked).toEqual([{ query, origin: CLIENT.origin, status: 200 }]);
    expect(harness.store.rows.metrics).toEqual([]);
    harness.clock.now += DAY_MS / 2;
    await send([event({ name: 'engage' })]);
    await expect.poll(() => asked().length).toBe(2);
  });

  it('is not sent without a registered Origin, or for past days', async () => {
    const other = await createSession(await harness.token({ clientId: OTHER_CLIENT.clientId }));
    expect((await send([event({ name: 'engage' })], other)).status).toBe(202);
    expect((await send([event({ name: 'engage', day: day(1) })])).status).toBe(202);
    expect([harness.store.rows.engaged.size, asked().length]).toEqual([0, 0]);
  });

  it('delays no response, and its failures are ignored', async () => {
    const asked: string[] = [];
    // Never responds, and ignores the abort signal.
    mount((url) => {
      asked.push(String(url));
      return new Promise(() => undefined);
    });
    expect((await send([event({ name: 'engage' }), event()])).status).toBe(202);
    await expect.poll(() => asked.length).toBe(1);
    harness.store.engageOnce = () => Promise.reject(new Error('The database is away'));
    expect((await send([event({ name: 'engage' }), event()])).status).toBe(202);
  });
});

describe('GET /v1/metrics-flow', () => {
  const ask = (query: Record<string, string> | string) =>
    app.request(`/v1/metrics-flow?${new URLSearchParams(query).toString()}`);
  const client_id = CLIENT.clientId;

  it('returns the ids of a flow begun with the given parameters', async () => {
    const wanted = { entrypoint: 'popup', utm_source: 'extension', form_type: 'button' };
    const response = await ask({ client_id, ...wanted });
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toEqual({
      flowId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      deviceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      flowBeginTime: harness.clock.now,
    });
    const query = { ...wanted, service: client_id };
    expect(harness.mock.metricsFlows).toEqual([{ query, origin: CLIENT.origin, status: 200 }]);
  });

  it('sends no Origin when none is registered', async () => {
    expect((await ask({ client_id: OTHER_CLIENT.clientId })).status).toBe(200);
    expect(harness.mock.metricsFlows[0]).not.toHaveProperty('origin');
  });

  it.each([
    ['no client', ''],
    ['an unknown client', 'client_id=0000000000000000'],
    ['two clients', `client_id=${client_id}&client_id=${client_id}`],
    ['another service', `client_id=${client_id}&service=sync`],
    ['a person', `client_id=${client_id}&uid=${'a'.repeat(32)}`],
    ['an event', `client_id=${client_id}&event_type=engage`],
    ['a parameter twice', `client_id=${client_id}&entrypoint=a&entrypoint=b`],
    ['a value Mozilla accounts refuses', `client_id=${client_id}&entrypoint=a%20b`],
    ['a prototype’s name', `client_id=${client_id}&__proto__=a`],
  ])('refuses %s without a request to Mozilla accounts', async (_what, query) => {
    expect(await error(await ask(query))).toEqual([400, 'invalid_request']);
    expect(harness.mock.metricsFlows).toEqual([]);
  });

  it('answers 503 with Retry-After when Mozilla accounts fails', async () => {
    const what = { kind: 'status', status: 429, retryAfter: 90 } as const;
    harness.mock.faults.set([{ where: 'metrics-flow', what, times: 1 }]);
    const response = await ask({ client_id });
    expect(response.headers.get('retry-after')).toBe('90');
    expect(await error(response)).toEqual([503, 'accounts_unavailable']);
    harness.mock.faults.set([{ where: 'metrics-flow', what: { kind: 'drop' } }]);
    expect(await error(await ask({ client_id }))).toEqual([503, 'accounts_unavailable']);
  });

  it('waits at most three seconds', async () => {
    harness.mock.faults.set([{ where: 'metrics-flow', what: { kind: 'silence' } }]);
    const limits = vi.spyOn(AbortSignal, 'timeout');
    expect((await ask({ client_id })).status).toBe(503);
    expect(limits.mock.calls).toEqual([[3000]]);
    limits.mockRestore();
  });

  it.each([
    ['a flow id that is too short', { flowId: 'a' }],
    ['an invalid device id', { deviceId: 7 }],
    ['a begin in seconds', { flowBeginTime: 1_795_240_445 }],
    ['a begin that is text', { flowBeginTime: '1795240445000' }],
    ['an array', []],
    ['null', null],
  ])('passes on nothing of a response with %s', async (_what, wrong) => {
    const good = { flowId: 'a'.repeat(64), deviceId: 'b'.repeat(32), flowBeginTime: 1_795_240_445_000 };
    const answer = (value: unknown) => () => Promise.resolve(Response.json(value));
    mount(answer(good));
    expect(await (await ask({ client_id })).json()).toEqual(good);
    mount(answer(wrong === null || Array.isArray(wrong) ? wrong : { ...good, ...wrong }));
    expect(await error(await ask({ client_id }))).toEqual([503, 'accounts_unavailable']);
  });
});
