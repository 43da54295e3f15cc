// Every kind of fault, over real HTTP: what a client sees, and what the server did or did not do.
import * as jose from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { type RunningMockServer, startMockServer } from '../../src/mock-accounts/listen.ts';
import { drive, TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';
import { eraOf, giveUp, post, refuses, refresh } from './mock-accounts-faults-harness.ts';

const keys = createKeys(Date.now);
const ORIGIN = 'moz-extension://11111111-2222-3333-4444-555555555555';

describe.each(['today', '2019'] as const)('era %s', (era) => {
  let mock: RunningMockServer;
  let tokens: Record<string, string>;
  beforeEach(async () => {
    mock = await startMockServer({ era, keys });
    tokens = (await drive(mock).tokens()) as Record<string, string>;
  });
  afterEach(() => mock.stop());

  const refreshed = (init: RequestInit = {}, path = '/v1/token') =>
    refresh(mock, tokens.refresh_token, init, path);
  const profile = (init: RequestInit = {}) =>
    fetch(`${mock.origin}/v1/profile`, {
      ...init,
      headers: { authorization: `Bearer ${tokens.access_token}`, origin: ORIGIN },
    });
  const exchange = async () => {
    const { code, verifier } = await drive(mock).code();
    return post(mock, '/v1/token', { client_id: TEST_CLIENT, code, code_verifier: verifier });
  };

  it('status: the server’s own error, with CORS as on its other answers, or without', async () => {
    mock.faults.set([{ where: 'refresh', what: { kind: 'status', status: 429, retryAfter: 60 } }]);
    const answer = await refreshed({ headers: { origin: ORIGIN } });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('60');
    expect(answer.headers.get('access-control-allow-origin')).toBe(eraOf(era, '*', ORIGIN));
    expect(await answer.json()).toMatchObject({ code: 429, errno: 114, retryAfter: eraOf(era, 60_000, 60) });
    mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 503, cors: false } }]);
    const bare = await profile();
    expect([bare.status, bare.headers.get('access-control-allow-origin')]).toEqual([503, null]);
    expect(bare.headers.get('strict-transport-security')).not.toBeNull();
    expect(await bare.json()).toMatchObject({ errno: 104 });
  });

  it('status: each path family by its own numbers', async () => {
    mock.faults.set([{ where: 'refresh', what: { kind: 'status', status: 400, errno: 108 } }]);
    expect(await (await refreshed()).json()).toMatchObject({ errno: 108, message: 'Invalid token' });
    mock.faults.set([{ where: 'refresh', what: { kind: 'status', status: 401, errno: 110 } }]);
    const other = await refreshed({}, '/v1/oauth/token');
    expect(other.status).toBe(401);
    expect(await other.json()).toMatchObject({ code: 401, errno: 110, error: 'Unauthorized' });
    expect(mock.store.liveGrants()).toHaveLength(1);
  });

  it('status: discovery stays open to every site, a page is a page', async () => {
    mock.faults.set([{ where: 'any', what: { kind: 'status', status: 503, retryAfter: 5 } }]);
    for (const [path, cors] of [
      ['/.well-known/openid-configuration', '*'],
      ['/authorization', null],
    ] as const) {
      const { status, headers } = await fetch(mock.origin + path);
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
      expect([headers.get('access-control-allow-origin'), path]).toEqual([cors, path]);
    }
  });

  it('html: a foreign page, without CORS unless requested', async () => {
    mock.faults.set([{ where: 'api', what: { kind: 'html' } }]);
    const portal = await profile();
    expect(portal.status).toBe(200);
    expect(portal.headers.get('content-type')).toContain('text/html');
    expect(portal.headers.get('access-control-allow-origin')).toBeNull();
    mock.faults.set([{ where: 'any', what: { kind: 'html', status: 403, cors: true } }]);
    const proxy = await profile();
    expect(proxy.status).toBe(403);
    expect(proxy.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect((await fetch(`${mock.origin}/authorization`)).status).toBe(403);
  });

  it('drop: nothing is done, nothing comes', async () => {
    mock.faults.set([{ where: 'exchange', what: { kind: 'drop' } }]);
    await refuses(exchange());
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect(mock.faults.hits()).toEqual([1]);
  });

  it('drop-after: the grant is made, and lost', async () => {
    mock.faults.set([{ where: 'token', what: { kind: 'drop-after' }, times: 1 }]);
    await refuses(exchange());
    expect(mock.store.liveGrants()).toHaveLength(2);
    expect((await exchange()).status).toBe(200);
    expect(mock.faults.hits()).toEqual([1]);
  });

  it('no connection is used twice: browsers would send again by themselves what is lost on one', async () => {
    expect((await profile()).headers.get('connection')).toBe('close');
    mock.faults.set([{ where: 'profile', what: { kind: 'drop' }, times: 1 }]);
    await refuses(profile());
    expect((await profile()).status).toBe(200);
  });

  it('truncated: half of the answer, by a lost connection or as half a JSON text', async () => {
    mock.faults.set([{ where: 'exchange', what: { kind: 'truncated', cut: 'connection' } }]);
    const cut = await exchange();
    expect(cut.status).toBe(200);
    await refuses(cut.text());
    expect(mock.store.liveGrants()).toHaveLength(2);

    mock.faults.set([{ where: 'exchange', what: { kind: 'truncated', cut: 'json' } }]);
    const half = await (await exchange()).text();
    expect(half).toMatch(/^\{"access_token":"[0-9a-f]{64}"/);
    expect(() => JSON.parse(half) as unknown).toThrow(SyntaxError);
    expect(mock.store.liveGrants()).toHaveLength(3);
  });

  it('slow: before the work, after it, or within the body', async () => {
    const took = async (what: () => Promise<Response>) => {
      const start = performance.now();
      const response = await what();
      const head = performance.now() - start;
      expect(await response.json()).toMatchObject({ token_type: 'bearer' });
      return { head, whole: performance.now() - start };
    };
    mock.faults.set([{ where: 'token', what: { kind: 'slow', ms: 300 } }]);
    expect((await took(refreshed)).head).toBeGreaterThan(290);
    mock.faults.set([{ where: 'token', what: { kind: 'slow', ms: 300, at: 'after' } }]);
    expect((await took(refreshed)).head).toBeGreaterThan(290);
    mock.faults.set([{ where: 'token', what: { kind: 'slow', ms: 3000, at: 'body' } }]);
    const { head, whole } = await took(refreshed);
    expect([whole > 2900, whole - head > 200]).toEqual([true, true]);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('slow %s: %i grants are there when the client gives up; at last one is', async (at, early) => {
    mock.faults.set([{ where: 'exchange', what: { kind: 'slow', ms: 3000, at } }]);
    const { code, verifier } = await drive(mock).code();
    const body = { client_id: TEST_CLIENT, code, code_verifier: verifier };
    await giveUp(mock, '/v1/token', body, () => mock.store.liveGrants().length === 1 + early);
    expect(mock.store.liveGrants()).toHaveLength(1 + early);
    await expect.poll(() => mock.store.liveGrants().length).toBe(2);
  });

  it('slow: what is sent is not lost with the sender', async () => {
    mock.faults.set([{ where: 'destroy', what: { kind: 'slow', ms: 3000 } }]);
    const body = { refresh_token: tokens.refresh_token };
    await giveUp(mock, '/v1/destroy', body);
    expect(mock.store.liveGrants()).toHaveLength(1);
    await expect.poll(() => mock.store.liveGrants()).toEqual([]);
  });

  it('silence: a client waits until it gives up', async () => {
    mock.faults.set([{ where: 'refresh', what: { kind: 'silence' } }]);
    await refuses(refreshed({ signal: AbortSignal.timeout(200) }));
    mock.faults.clear();
    expect((await refreshed()).status).toBe(200);
  });

  it('not-json and empty: under the content type of JSON', async () => {
    for (const kind of ['not-json', 'empty'] as const) {
      mock.faults.set([{ where: 'refresh', what: { kind } }]);
      const answer = await refreshed({ headers: { origin: ORIGIN } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(answer.headers.get('access-control-allow-origin')).toBe(eraOf(era, '*', ORIGIN));
      await expect(answer.json()).rejects.toThrow(SyntaxError);
    }
    expect(mock.store.liveAccessTokens()).toHaveLength(1);
  });

  it('clock: ahead or behind in every instant the server tells, and in what it takes for over', async () => {
    const week = 7 * 86_400;
    mock.faults.change({ clockSkew: week });
    const now = Date.now() / 1000;
    const answer = await exchange();
    const { id_token: idToken, auth_at: authAt } = (await answer.json()) as Record<string, unknown>;
    const { iat, exp } = jose.decodeJwt(String(idToken));
    const date = Date.parse(answer.headers.get('date') ?? '') / 1000;
    for (const instant of [iat, (exp ?? 0) - 300, date, authAt])
      expect(Math.abs(Number(instant) - now - week)).toBeLessThan(600);
    // A token of today is over by then; one of 2019 lives two weeks.
    expect((await profile()).status).toBe(eraOf(era, 401, 200));
    mock.faults.change({ clockSkew: -315_576_000 });
    expect(new Date((await profile()).headers.get('date') ?? '').getFullYear()).toBeLessThan(2020);
    mock.faults.clear();
    expect((await profile()).status).toBe(200);
    expect(Math.abs(Date.parse((await profile()).headers.get('date') ?? '') - Date.now())).toBeLessThan(
      600_000,
    );
  });

  it('keys: replaced, not published, and as before', async () => {
    const kids = async () => {
      const { keys: published } = (await (
        await fetch(`${mock.origin}/v1/jwks`)
      ).json()) as jose.JSONWebKeySet;
      return published.map(({ kid }) => kid);
    };
    const signedBy = async () => {
      const { id_token: idToken } = (await (await exchange()).json()) as Record<string, unknown>;
      return jose.decodeProtectedHeader(String(idToken)).kid;
    };
    const [first, second] = await kids();
    expect(await signedBy()).toBe(first);
    mock.faults.change({ keyRotations: 1 });
    const [third, ...others] = await kids();
    expect(others).toEqual([second]);
    expect([first, second]).not.toContain(third);
    expect(await signedBy()).toBe(third);
    mock.faults.change({ signingKeyUnpublished: true });
    expect(await kids()).toEqual([second]);
    expect(await signedBy()).toBe(third);
    mock.faults.clear();
    expect(await kids()).toEqual([first, second]);
  });

  it('metricsEnabled: hidden, and there again', async () => {
    const seen = async () => 'metricsEnabled' in ((await (await profile()).json()) as object);
    expect(await seen()).toBe(era === 'today');
    mock.faults.change({ hideMetricsEnabled: true });
    expect(await seen()).toBe(false);
    mock.faults.clear();
    expect(await seen()).toBe(era === 'today');
  });

  it('preflights never fail, nor use up a fault', async () => {
    mock.faults.set([{ where: 'any', what: { kind: 'drop' }, times: 1 }]);
    const preflight = await fetch(`${mock.origin}/v1/token`, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(200);
    await refuses(refreshed());
  });

  it('a listener is told before anything is done, and what it sets counts at once', async () => {
    const seen: string[] = [];
    const leave = mock.faults.onRequest(({ path, calls }) => {
      seen.push(`${path} ${calls.at(-1)}`);
      if (calls.includes('refresh')) mock.faults.set([{ where: 'refresh', what: { kind: 'empty' } }]);
    });
    expect(await (await refreshed()).text()).toBe('');
    leave();
    await profile();
    expect(seen).toEqual(['/v1/token refresh']);
  });
});
