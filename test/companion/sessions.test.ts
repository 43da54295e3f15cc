// Companion sessions, bought with access tokens of a real (stand-in) Mozilla accounts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessions } from '../../src/companion/routes/sessions.ts';
import type { Fault } from '../../src/mock-accounts/faults/model.ts';
import type { CreateRequest } from '../../src/companion/store.ts';
import type { FakeStore } from './fakes/store.ts';
import { CLIENT, createHarness, OTHER_CLIENT, SECRET, type Harness } from './fakes/mock-and-companion.ts';

type Json = Record<string, unknown>;

let harness: Harness<FakeStore>;
let app: ReturnType<Harness<FakeStore>['serve']>;

beforeEach(async () => {
  harness = await createHarness();
  const { store, check, deployment, clock } = harness;
  const parts = { store, check, deployment, secret: SECRET, http: { fetch }, now: () => clock.now };
  app = harness.serve(sessions(parts));
});
afterEach(async () => {
  expect(harness.unforeseen).toEqual([]);
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
const sold = async (wish = {}) =>
  String((await json(await createSession(await harness.token(wish)))).session);

describe('POST /v1/sessions', () => {
  it('sells a session for a narrow access token, and keeps neither of them', async () => {
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

  it('refreshes the session that is shown', async () => {
    const session = await sold();
    harness.clock.now += 3_600_000;
    const response = await createSession(await harness.token(), session);
    expect(response.status).toBe(200);
    const metricsUntil = harness.clock.now + 86_400_000;
    expect(await json(response)).toMatchObject({ session, metricsUntil });
    expect(harness.store.rows.sessions.size).toBe(1);
  });

  it.each([
    ['nobody knows', () => Promise.resolve('A'.repeat(43))],
    ['nobody could have made', () => Promise.resolve('short')],
    ['is another person’s', () => sold({ email: 'noor@example.com' })],
    ['is another client’s', () => sold({ clientId: OTHER_CLIENT.clientId })],
  ])('sells a new one for a session that %s', async (_what, other) => {
    const shown = await other();
    const response = await createSession(await harness.token(), shown);
    expect(response.status).toBe(201);
    const { session } = await json(response);
    expect(session).toMatch(/^[\w-]{43}$/);
    expect(session).not.toBe(shown);
  });

  it('takes only what a profile says for consent', async () => {
    expect((await json(await createSession(await harness.token({ email: 'lin@example.com' })))).metrics).toBe(
      false,
    );
    harness.mock.faults.change({ hideMetricsEnabled: true });
    expect((await json(await createSession(await harness.token()))).metrics).toBe(false);
  });

  it('proves with the instant Mozilla accounts issued the token at, on its clock', async () => {
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

  it('takes a token made in the second of a password change for the newer, where its instant is in whole seconds', async () => {
    const { store, deployment, clock, check } = harness;
    const inSeconds: typeof check = async (...asked) => {
      const { issuedAt = 0, ...token } = await check(...asked);
      return { ...token, issuedAt: Math.floor(issuedAt / 1000) * 1000 };
    };
    app = harness.serve(
      sessions({
        store,
        check: inSeconds,
        deployment,
        secret: SECRET,
        http: { fetch },
        now: () => clock.now,
      }),
    );
    const second = Math.ceil(clock.now / 1000) * 1000;
    clock.now = second + 100;
    const before = String((await json(await createSession(await harness.token()))).session);
    clock.now = second + 500;
    await harness.hears({ kind: 'password_change', changedAt: clock.now });
    clock.now = second + 700;
    const after = await createSession(await harness.token());
    expect(after.status).toBe(201);
    expect((await state(String((await json(after)).session))).status).toBe(200);
    expect(await json(await state(before))).toMatchObject({ reason: 'password_changed' });
  });

  it('says why a session that is shown has ended', async () => {
    const session = await sold();
    await post('/v1/session/end', session, { refreshTokenIds: [] });
    const response = await createSession(await harness.token(), session);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="companion", error="invalid_token"');
    const ended = { error: 'session_ended', reason: 'signed_out', at: harness.clock.now };
    expect(await json(response)).toMatchObject(ended);
  });

  it('sells nothing to an account that is deleted', async () => {
    await sold();
    await harness.hears({ kind: 'delete_user' });
    const response = await createSession(await harness.token());
    expect([response.status, (await json(response)).reason]).toEqual([401, 'account_deleted']);
  });

  it.each([
    ['known', true],
    ['not known yet', false],
  ])('keeps metrics closed when an opt-out comes while the profile is read: %s', async (_who, isKnown) => {
    const { deployment, store, check, clock } = harness;
    const slow: typeof fetch = async (...request) => {
      const response = await fetch(...request);
      await harness.hears({ kind: 'metrics_opt_out' });
      return response;
    };
    const shown = isKnown ? await sold() : undefined;
    const parts = { store, check, deployment, secret: SECRET, http: { fetch: slow }, now: () => clock.now };
    app = harness.serve(sessions(parts));
    const { session, ...told } = await json(await createSession(await harness.token(), shown));
    expect(told).toEqual({ metrics: false, revision: 1, subscriptions: {} });
    expect(await json(await state(String(session)))).toMatchObject({ metrics: false });
  });

  it('refuses a token that is dead, and one of another service', async () => {
    for (const token of ['f'.repeat(64), await harness.token({ clientId: 'a1b2c3d4e5f60003' })]) {
      const response = await createSession(token);
      expect([response.status, (await json(response)).error]).toEqual([401, 'invalid_token']);
      expect(response.headers.get('www-authenticate')).toContain('realm="companion", error="invalid_token"');
    }
  });

  it('refuses a token that the profile refuses, or that is of somebody else there', async () => {
    harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 401 }, times: 1 }]);
    expect((await createSession(await harness.token())).status).toBe(401);
    const other = { uid: '0'.repeat(32), metricsEnabled: true };
    const { deployment, store, check, clock } = harness;
    const parts = { store, check, deployment, secret: SECRET, now: () => clock.now };
    const http = { fetch: () => Promise.resolve(Response.json(other)) };
    app = harness.serve(sessions({ ...parts, http }));
    expect((await createSession(await harness.token())).status).toBe(401);
    expect(harness.store.rows.sessions.size).toBe(0);
  });

  it.each<[string, Fault['what'], string | null]>([
    ['429', { kind: 'status', status: 429, retryAfter: 90 }, '90'],
    ['503', { kind: 'status', status: 503, retryAfter: 20 }, '20'],
    ['no answer', { kind: 'drop' }, '5'],
    ['a page', { kind: 'html' }, '5'],
  ])('says 503 and when to come back when Mozilla accounts has trouble: %s', async (_name, what, wait) => {
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

  it('asks for credentials', async () => {
    const response = await app.request('/v1/sessions', { method: 'POST' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="companion"');
  });

  it('names no secret in what it says about trouble', async () => {
    harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 500 } }]);
    const token = await harness.token();
    const session = await (await post('/v1/sessions', token, { session: 'S'.repeat(43) })).text();
    for (const secret of [token, harness.uid(), 'S'.repeat(43), CLIENT.clientId]) {
      expect(session).not.toContain(secret);
    }
  });
});
