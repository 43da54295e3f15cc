// How a running companion learns that Mozilla accounts has moved.
import { describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../fxa/environments.ts';
import { FxaError } from '../fxa/errors.ts';
import { atEndpoints, createEndpoints } from './endpoints.ts';

const ORIGIN = 'http://127.0.0.1:9720';
const DOCUMENT = {
  issuer: ORIGIN,
  token_endpoint: `${ORIGIN}/oidc/token`,
  userinfo_endpoint: `${ORIGIN}/oidc/me`,
  revocation_endpoint: `${ORIGIN}/oidc/token/revocation`,
  introspection_endpoint: `${ORIGIN}/oidc/token/introspection`,
  jwks_uri: `${ORIGIN}/oidc/jwks`,
};
const FXA = {
  issuer: ORIGIN,
  authorization_endpoint: `${ORIGIN}/authorization`,
  token_endpoint: `${ORIGIN}/v1/token`,
  userinfo_endpoint: `${ORIGIN}/v1/profile`,
};

function setup() {
  const setup = {
    now: 1_000_000,
    asked: 0,
    changes: 0,
    answer: (): Promise<Response> => Promise.resolve(Response.json(DOCUMENT)),
  };
  const fetch = () => {
    setup.asked += 1;
    return setup.answer();
  };
  const endpoints = createEndpoints({
    first: mockServerEndpoints(ORIGIN),
    http: { fetch },
    now: () => setup.now,
    changed: () => (setup.changes += 1),
  });
  const used: string[] = [];
  /** A request that only the next server's introspection answers. */
  const request = (status = 404) =>
    atEndpoints(endpoints, ({ introspect = '' }) => {
      used.push(new URL(introspect).pathname);
      return introspect.includes('/oidc/')
        ? Promise.resolve('answered')
        : Promise.reject(new FxaError(status === 0 ? 'offline' : 'bad_response', 'gone', { status }));
    });
  return Object.assign(setup, { endpoints, used, request });
}

describe('the endpoints of Mozilla accounts', () => {
  it.each([404, 410, 0])('are asked for when a request finds nothing there (%d)', async (status) => {
    const w = setup();
    expect(await w.request(status)).toBe('answered');
    expect(w.used).toEqual(['/v1/introspect', '/oidc/token/introspection']);
    expect(await w.request(status)).toBe('answered');
    expect([w.used.length, w.asked, w.changes]).toEqual([3, 1, 1]);
  });

  it.each([400, 401, 429, 500])('are not asked for after any other error (%d)', async (status) => {
    const w = setup();
    await expect(w.request(status)).rejects.toMatchObject({ status });
    expect(w.asked).toBe(0);
  });

  it('are asked for once, by all requests that fail at a time', async () => {
    const w = setup();
    expect(await Promise.all([w.request(), w.request(), w.request()])).toEqual(Array(3).fill('answered'));
    expect(w.asked).toBe(1);
  });

  it.each([
    ['the same ones', () => Promise.resolve(Response.json(FXA))],
    ['an error', () => Promise.resolve(new Response('', { status: 503 }))],
    ['no answer', () => Promise.reject(new TypeError('fetch failed'))],
    [
      'a foreign document',
      () => Promise.resolve(Response.json({ ...DOCUMENT, issuer: 'https://evil.example' })),
    ],
  ])('stay as they are after %s, which is asked for once a minute', async (_what, answer) => {
    const w = setup();
    const { answer: change } = w;
    w.answer = answer;
    await expect(w.request()).rejects.toMatchObject({ status: 404 });
    w.answer = change;
    w.now += 59_999;
    await expect(w.request()).rejects.toMatchObject({ status: 404 });
    expect([w.asked, w.changes]).toEqual([1, 0]);
    w.now += 1;
    expect(await w.request()).toBe('answered');
  });
});
