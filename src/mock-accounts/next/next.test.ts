// The next server: what FxA's decision records say of it, asked over the mock server's own door.
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMockServer, type MockServer } from '../app.ts';
import { createKeys } from '../keys.ts';
import { TEST_CLIENT } from '../testing/drive.ts';
import { authorizationAt, REDIRECT_URI, signInAt, visit } from '../testing/next.ts';

const ORIGIN = 'http://127.0.0.1:9720';
const keys = createKeys(Date.now);

let mock: MockServer;
const fetch = async (url: string, init: RequestInit = {}) => mock.app.request(url, init);
beforeEach(() => {
  mock = createMockServer({ era: 'next', origin: ORIGIN, keys });
});

const form = async (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) => {
  const body = new URLSearchParams({ client_id: TEST_CLIENT, ...fields });
  const response = await fetch(ORIGIN + path, { method: 'POST', body, headers });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : {}) as Record<string, string>,
  };
};

const signIn = (more?: Record<string, string>) => signInAt(ORIGIN, more, { fetch });
const refresh = (token = '') => form('/oidc/token', { grant_type: 'refresh_token', refresh_token: token });
const revoke = (token = '', hint = 'refresh_token') =>
  form('/oidc/token/revocation', { token, token_type_hint: hint });
const me = (token = '') => fetch(`${ORIGIN}/oidc/me`, { headers: { authorization: `Bearer ${token}` } });

describe('the next server', () => {
  it('names its endpoints, none of them FxA’s', async () => {
    const document = (await (await fetch(`${ORIGIN}/.well-known/openid-configuration`)).json()) as object;
    expect(document).toMatchObject({
      issuer: ORIGIN,
      token_endpoint: `${ORIGIN}/oidc/token`,
      revocation_endpoint: `${ORIGIN}/oidc/token/revocation`,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
    });
    for (const path of ['/v1/token', '/v1/destroy', '/v1/profile', '/v1/introspect', '/authorization'])
      expect((await fetch(ORIGIN + path)).status, path).toBe(404);
  });

  it('signs in, with iss in the callback and tokens of no certain form', async () => {
    const { callback, tokens } = await signIn();
    expect(callback.origin + callback.pathname).toBe(REDIRECT_URI);
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({ state: 'the-state', iss: ORIGIN });
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'openid profile', expires_in: 3600 });
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect(token).not.toMatch(/^[0-9a-f]{64}$/);
    const ada = mock.store.accounts.byEmail('ada@example.com');
    expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ iss: ORIGIN, aud: TEST_CLIENT, sub: ada?.uid });
    expect(await (await me(tokens.access_token)).json()).toMatchObject({
      sub: ada?.uid,
      uid: ada?.uid,
      email: 'ada@example.com',
      metricsEnabled: true,
    });
  });

  it('gives no refresh token unless it is asked for', async () => {
    expect((await signIn({ access_type: 'online' })).tokens).not.toHaveProperty('refresh_token');
  });

  it('rotates refresh tokens, and takes re-use of one for theft', async () => {
    const { tokens } = await signIn();
    const { body: next } = await refresh(tokens.refresh_token);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(mock.store.liveGrants()).toHaveLength(1);
    const reused = await refresh(tokens.refresh_token);
    expect([reused.status, reused.body.error]).toEqual([400, 'invalid_grant']);
    expect((await refresh(next.refresh_token)).body.error).toBe('invalid_grant');
    expect((await me(next.access_token)).status).toBe(401);
    expect([mock.store.liveGrants(), mock.store.liveAccessTokens()]).toEqual([[], []]);
  });

  it('ends a grant when its refresh token is revoked, or, as version 9 of the provider, an access token', async () => {
    for (const which of ['refresh_token', 'access_token'] as const) {
      const { tokens } = await signIn();
      expect((await revoke(tokens[which], which)).status).toBe(200);
      expect((await me(tokens.access_token)).status).toBe(401);
      expect([mock.store.liveGrants(), mock.store.liveAccessTokens()]).toEqual([[], []]);
    }
    expect((await revoke('unknown')).status).toBe(200);
  });

  it.each([
    ['a changed password', (server: MockServer) => server.store.changePassword(ada(server), 'another one')],
    ['Disconnect', (server: MockServer) => server.store.disconnect(ada(server).uid, TEST_CLIENT)],
    ['a deleted account', (server: MockServer) => server.store.deleteAccount(ada(server).uid)],
  ])('ends a grant by %s', async (_what, act) => {
    const { tokens } = await signIn();
    act(mock);
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await me(tokens.access_token)).status).toBe(401);
  });

  it('lets extensions in, unless it is set up without', async () => {
    const asked = { grant_type: 'refresh_token', refresh_token: 'unknown' };
    const origin = 'moz-extension://5f2d2f3e-1111-4222-8333-444455556666';
    const open = await form('/oidc/token', asked, { origin });
    expect(open.headers.get('access-control-allow-origin')).toBe(origin);
    mock = createMockServer({ era: 'next', origin: ORIGIN, keys, cors: false });
    const closed = await form('/oidc/token', asked, { origin });
    expect(closed.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('answers prompt=none without a page', async () => {
    const silent = new URL(await visit(authorizationAt(ORIGIN, { prompt: 'none' }), { fetch }));
    expect(silent.searchParams.get('error')).toBe('login_required');
  });

  it('runs on the mock server’s clock: what it issues, and how long that lives', async () => {
    const day = 86_400;
    mock.faults.change({ clockSkew: 10 * day });
    const { tokens } = await signIn();
    const { iat = 0, exp = 0 } = decodeJwt(tokens.id_token ?? '');
    expect(iat - Date.now() / 1000).toBeCloseTo(10 * day, -2);
    expect(exp - iat).toBe(300);
    expect((await me(tokens.access_token)).status).toBe(200);
    mock.faults.change({ clockSkew: 11 * day });
    expect((await me(tokens.access_token)).status).toBe(401);
    const { status, body } = await refresh(tokens.refresh_token);
    expect(status).toBe(200);
    mock.faults.change({ clockSkew: 60 * day });
    expect((await refresh(body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('signs with a new key after a rotation, lists it unless that is late, and knows the tokens from before', async () => {
    const published = async () => (await (await fetch(`${ORIGIN}/oidc/jwks`)).json()) as JSONWebKeySet;
    const listed = async () => (await published()).keys.map(({ kid }) => kid);
    const signedBy = (token = '') => decodeProtectedHeader(token).kid;
    const { tokens } = await signIn();
    const before = signedBy(tokens.id_token);
    expect(await listed()).toContain(before);
    mock.faults.change({ keyRotations: 1, signingKeyUnpublished: true });
    const { body } = await refresh(tokens.refresh_token);
    expect(signedBy(body.id_token)).not.toBe(before);
    expect(await listed()).not.toContain(before);
    expect(await listed()).not.toContain(signedBy(body.id_token));
    mock.faults.change({ signingKeyUnpublished: false });
    await expect(jwtVerify(body.id_token ?? '', createLocalJWKSet(await published()))).resolves.toBeDefined();
    expect((await me(tokens.access_token)).status).toBe(200);
    expect((await signIn()).tokens).toHaveProperty('refresh_token');
  });

  it('keeps a wrong password, and a wrong redirect URI, on a page', async () => {
    await expect(visit(authorizationAt(ORIGIN), { fetch, password: 'wrong' })).rejects.toThrow(
      'Incorrect password',
    );
    const elsewhere = authorizationAt(ORIGIN, { redirect_uri: 'https://evil.example/' });
    await expect(visit(elsewhere, { fetch })).rejects.toThrow('invalid_redirect_uri');
  });
});

function ada({ store }: MockServer) {
  const account = store.accounts.byEmail('ada@example.com');
  if (account === undefined) throw new Error('There is no Ada.');
  return account;
}
