// Creating companion sessions with access tokens of the mock server.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessions } from '../../src/companion/routes/sessions.ts';
import type { Fault } from '../../src/mock-accounts/faults/model.ts';
import type { CreateRequest } from '../../src/companion/store.ts';
import type { FakeStore } from './fakes/store.ts';
import { CLIENT, createHarness, OTHER_CLIENT, type Harness } from './fakes/mock-and-companion.ts';

type Json = Record<string, unknown>;

let harness: Harness<FakeStore>;
let app: ReturnType<Harness<FakeStore>['serve']>;

beforeEach(async () => {
  harness = await createHarness();
  app = harness.serve(sessions(harness.parts));
});
afterEach(async () => {
  expect(harness.unexpected).toEqual([]);
  await harness.mock.stop();
});

const post = (path: string, bearer: string, body?: unknown) =>
  app.request(path, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const createSession = (token: string, session?: string) =>
  post('/v1/sessions', token, session === undefined ? undefined : { session });
const state = (session: string, headers: Record<string, string> = {}) =>
  app.request('/v1/session', { headers: { authorization: `Bearer ${session}`, ...headers } });
const json = async (response: Response) => (await response.json()) as Json;
const newSession = async (wish = {}) =>
  String((await json(await createSession(await harness.token(wish)))).session);

describe('POST /v1/sessions', () => {
  it('creates a session for a narrow access token, and stores neither', async () => {
    const token = await harness.token();
    const response = await createSession(token);
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { session, ...rest } = await json(response);
    expect(session).toMatch(/^[\w-]{43}$/);
    const metricsUntil = harness.clock.now + 86_400_000;
    expect(rest).toEqual({ revision: 0, metrics: true, metricsUntil, subscriptions: {} });
    const kept = harness.store.dump();
    for (const secret of [token, String(session), harness.uid(), 'ada@example.com']) {
      expect(kept).not.toContain(secret);
    }
  });

  it('refreshes the presented session', async () => {
    const session = await newSession();
    harness.clock.now += 3_600_000;
    const response = await createSession(await harness.token(), session);
    expect(response.status).toBe(200);
    const metricsUntil = harness.clock.now + 86_400_000;
    expect(await json(response)).toMatchObject({ session, metricsUntil });
    expect(harness.store.rows.sessions.size).toBe(1);
  });

  it.each([
    ['is unknown', () => Promise.resolve('A'.repeat(43))],
    ['is malformed', () => Promise.resolve('short')],
    ['is another account’s', () => newSession({ email: 'noor@example.com' })],
    ['is another client’s', () => newSession({ clientId: OTHER_CLIENT.clientId })],
  ])('creates a new session when the presented one %s', async (_what, other) => {
    const shown = await other();
    const response = await createSession(await harness.token(), shown);
    expect(response.status).toBe(201);
    const { session } = await json(response);
    expect(session).toMatch(/^[\w-]{43}$/);
    expect(session).not.toBe(shown);
  });

  it('takes consent only from the profile', async () => {
    expect((await json(await createSession(await harness.token({ email: 'lin@example.com' })))).metrics).toBe(
      false,
    );
    harness.mock.faults.change({ hideMetricsEnabled: true });
    expect((await json(await createSession(await harness.token()))).metrics).toBe(false);
  });

  it('records when Mozilla accounts issued the token, by its clock', async () => {
    const proved: CreateRequest[] = [];
    const { createSession: real } = harness.store;
    harness.store.createSession = (request) => {
      proved.push(request);
      return real(request);
    };
    const issued = harness.clock.now;
    const token = await harness.token();
    harness.clock.now += 60_000;
    await createSession(token);
    expect(Math.abs((proved[0]?.provedAt ?? 0) - issued)).toBeLessThanOrEqual(1000);
  });

  it('treats a token issued in the second of a password change as newer, when iat is in whole seconds', async () => {
    const { parts, clock, check } = harness;
    const inSeconds: typeof check = async (...asked) => {
      const { issuedAt = 0, ...token } = await check(...asked);
      return { ...token, issuedAt: Math.floor(issuedAt / 1000) * 1000 };
    };
    app = harness.serve(sessions({ ...parts, check: inSeconds }));
    const second = Math.ceil(clock.now / 1000) * 1000;
    clock.now = second + 100;
    const before = String((await json(await createSession(await harness.token()))).session);
    clock.now = second + 500;
    await harness.receives({ kind: 'password_change', changedAt: clock.now });
    clock.now = second + 700;
    const after = await createSession(await harness.token());
    expect(after.status).toBe(201);
    expect((await state(String((await json(after)).session))).status).toBe(200);
    expect(await json(await state(before))).toMatchObject({ reason: 'password_changed' });
  });

  it('reports why the presented session has ended', async () => {
    const session = await newSession();
    await post('/v1/session/end', session, { refreshTokenIds: [] });
    const response = await createSession(await harness.token(), session);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="companion", error="invalid_token"');
    const ended = { error: 'session_ended', reason: 'signed_out', at: harness.clock.now };
    expect(await json(response)).toMatchObject(ended);
  });

  it('creates no session for a deleted account', async () => {
    await newSession();
    await harness.receives({ kind: 'delete_user' });
    const response = await createSession(await harness.token());
    expect([response.status, (await json(response)).reason]).toEqual([401, 'account_deleted']);
  });

  it.each([
    ['known', true],
    ['not known yet', false],
  ])('keeps metrics off when an opt-out arrives while the profile is read: %s', async (_who, isKnown) => {
    const slow: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      await harness.receives({ kind: 'metrics_opt_out' });
      return response;
    };
    const shown = isKnown ? await newSession() : undefined;
    app = harness.serve(sessions({ ...harness.parts, http: { fetch: slow } }));
    const { session, ...told } = await json(await createSession(await harness.token(), shown));
    expect(told).toEqual({ metrics: false, revision: 1, subscriptions: {} });
    expect(await json(await state(String(session)))).toMatchObject({ metrics: false });
  });

  it('refuses a dead token, and one of another client', async () => {
    for (const token of ['f'.repeat(64), await harness.token({ clientId: 'a1b2c3d4e5f60003' })]) {
      const response = await createSession(token);
      expect([response.status, (await json(response)).error]).toEqual([401, 'invalid_token']);
      expect(response.headers.get('www-authenticate')).toContain('realm="companion", error="invalid_token"');
    }
  });

  it('refuses a token that the profile refuses or attributes to another account', async () => {
    harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 401 }, times: 1 }]);
    expect((await createSession(await harness.token())).status).toBe(401);
    const other = { uid: '0'.repeat(32), metricsEnabled: true };
    const http = { fetch: () => Promise.resolve(Response.json(other)) };
    app = harness.serve(sessions({ ...harness.parts, http }));
    expect((await createSession(await harness.token())).status).toBe(401);
    expect(harness.store.rows.sessions.size).toBe(0);
  });

  it.each<[string, Fault['what'], string | null]>([
    ['429', { kind: 'status', status: 429, retryAfter: 90 }, '90'],
    ['503', { kind: 'status', status: 503, retryAfter: 20 }, '20'],
    ['no answer', { kind: 'drop' }, '5'],
    ['a page', { kind: 'html' }, '5'],
  ])('answers 503 with Retry-After when Mozilla accounts fails: %s', async (_name, what, wait) => {
    const token = await harness.token();
    for (const where of ['introspect', 'profile'] as const) {
      harness.mock.faults.set([{ where, what, times: 1 }]);
      const response = await createSession(token);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, wait]);
      expect((await json(response)).error).toBe('accounts_unavailable');
    }
    expect(harness.store.rows.sessions.size).toBe(0);
  });

  it.each([
    ['no JSON', '{', 400],
    ['no object', '[]', 400],
    ['a session that is no string', '{"session":1}', 400],
    ['more than a kilobyte', JSON.stringify({ session: 'x'.repeat(1024) }), 413],
  ])('refuses a body of %s', async (_what, body, status) => {
    expect((await post('/v1/sessions', await harness.token(), body)).status).toBe(status);
  });

  it('requires credentials', async () => {
    const response = await app.request('/v1/sessions', { method: 'POST' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="companion"');
  });

  it('names no secret in its errors', async () => {
    harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 500 } }]);
    const token = await harness.token();
    const session = await (await post('/v1/sessions', token, { session: 'S'.repeat(43) })).text();
    for (const secret of [token, harness.uid(), 'S'.repeat(43), CLIENT.clientId]) {
      expect(session).not.toContain(secret);
    }
  });
});
