// Today's era: introspection, headers, accounts and discovery, where they differ from 2019.
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';
import { fresh, refreshWith } from '../../src/mock-accounts/testing/fresh.ts';

let { clock, driver, mock } = fresh('today');
beforeEach(() => {
  ({ clock, driver, mock } = fresh('today'));
});

const refresh = (token: unknown, more?: object) => refreshWith(driver, token, more);

describe('introspection and verification', () => {
  it('say the truth, in milliseconds', async () => {
    const { access_token: token } = await driver.tokens();
    expect((await driver.post('/v1/introspect', { token })).body).toMatchObject({
      active: true,
      token_type: 'access_token',
      exp: clock.now + 86_400_000,
    });
    expect((await driver.post('/v1/introspect', { token, token_type_hint: 'refresh_token' })).body).toEqual({
      active: false,
    });
    expect((await driver.post('/v1/verify', { token, more: 1 })).body).toMatchObject({
      scope: ['openid', 'profile'],
    });
    clock.now += 86_400_000;
    expect((await driver.post('/v1/introspect', { token })).body).toEqual({ active: false });
  });
});

describe('how the person signed in', () => {
  const signedIn = { acr: 'AAL1', auth_time: clock.now / 1000 };

  it('is told by the introspection of a token from sign-in, and by no refreshed one', async () => {
    const { access_token: token, refresh_token: grant } = await driver.tokens();
    const told = (await driver.post('/v1/introspect', { token })).body;
    expect(told).toMatchObject({ ...signedIn, amr: ['pwd', 'email'] });
    const { access_token: refreshed } = (await refresh(grant)).body;
    const { body } = await driver.post('/v1/introspect', { token: refreshed });
    expect(body.active).toBe(true);
    for (const member of ['acr', 'amr', 'auth_time']) expect(body).not.toHaveProperty(member);
  });

  it('is told by a JWT in the same way', async () => {
    const client = mock.store.clients.get(TEST_CLIENT);
    if (client === undefined) throw new Error('no client');
    mock.store.clients.set(TEST_CLIENT, { ...client, jwtAccessTokens: true });
    const { access_token: token, refresh_token: grant } = await driver.tokens();
    expect(decodeJwt(String(token))).toMatchObject(signedIn);
    const { access_token: refreshed } = (await refresh(grant)).body;
    for (const claim of ['acr', 'auth_time']) expect(decodeJwt(String(refreshed))).not.toHaveProperty(claim);
  });
});

describe('headers', () => {
  it('CORS is open to all, without an Origin too, and every reply tells the time', async () => {
    const { headers } = await driver.post('/v1/token', {});
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('vary')).toBeNull();
    expect(headers.get('timestamp')).toBe(String(clock.now / 1000));
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('preflights allow four headers, and two more on the server of OAuth and accounts', async () => {
    const preflight = (path: string, wanted: string) =>
      driver.send(path, {
        method: 'OPTIONS',
        headers: {
          origin: 'null',
          'access-control-request-method': 'POST',
          'access-control-request-headers': wanted,
        },
      });
    expect((await preflight('/v1/token', 'content-type')).headers.get('access-control-allow-origin')).toBe(
      '*',
    );
    expect((await preflight('/v1/token', 'x-foo')).headers.get('access-control-allow-origin')).toBeNull();
    expect((await preflight('/v1/token', 'baggage')).headers.get('access-control-allow-origin')).toBe('*');
    expect((await preflight('/v1/oauth/token', 'baggage')).headers.get('access-control-allow-origin')).toBe(
      '*',
    );
  });

  it('both families of paths answer on both hosts', async () => {
    expect((await driver.post('/v1/oauth/token', {}, { host: '127.0.0.1:9010' })).body.errno).toBe(107);
    expect((await driver.post('/v1/token', {}, { host: '127.0.0.1:9000' })).body.errno).toBe(109);
  });
});

describe('what ends a grant', () => {
  it('a deleted account takes everything along', async () => {
    const { access_token: token, refresh_token: grant } = await driver.tokens();
    await driver.post('/v1/account/destroy', { email: 'ada@example.com', password: 'correct horse' });
    expect((await refresh(grant)).body.errno).toBe(108);
    expect((await driver.get('/v1/profile', driver.bearer(token))).body).toMatchObject({
      errno: 100,
      reason: 'Invalid token',
    });
  });

  it('signing in needs the right password, signing up a new address', async () => {
    const login = (body: object) => driver.post('/v1/account/login', body);
    expect((await login({ email: 'ada@example.com', password: 'no' })).body.errno).toBe(103);
    expect((await login({ email: 'nobody@example.com', password: 'no' })).body.errno).toBe(102);
    expect((await login({ email: 'ada@example.com' })).body).toMatchObject({ errno: 108, param: 'password' });
    const create = (body: object) =>
      driver.post('/v1/account/create', { email: 'ada@example.com', password: 'long enough', ...body });
    expect((await create({})).body.errno).toBe(101);
    expect((await create({ email: 'ada2@example.com', password: 'short' })).body.errno).toBe(107);
    expect((await create({ email: 'ada2@example.com', preVerified: true })).body.verified).toBe(true);
  });

  it('a session can be ended', async () => {
    const session = driver.bearer(await driver.signIn());
    expect((await driver.post('/v1/session/destroy', {}, session)).status).toBe(200);
    expect((await driver.post('/v1/session/destroy', {}, session)).status).toBe(401);
  });
});

describe('discovery', () => {
  it('names the endpoints on one origin', async () => {
    const { body, headers } = await driver.get('/.well-known/openid-configuration');
    const at = (path: string) => `http://127.0.0.1:9720${path}`;
    expect(body).toMatchObject({
      issuer: 'http://127.0.0.1:9720',
      authorization_endpoint: at('/authorization'),
      token_endpoint: at('/v1/token'),
      userinfo_endpoint: at('/v1/profile'),
      jwks_uri: at('/v1/jwks'),
      introspection_endpoint: at('/v1/introspect'),
      revocation_endpoint: at('/v1/destroy'),
    });
    expect(headers.get('cache-control')).toBe('public, max-age=3600');
    expect((await driver.get('/.well-known/fxa-client-configuration')).body.auth_server_base_url).toBe(
      'http://127.0.0.1:9720',
    );
  });

  it('in 2019 names neither introspection nor revocation', async () => {
    const { driver: old } = fresh('2019');
    const { body } = await old.get('/.well-known/openid-configuration');
    expect(body).not.toHaveProperty('revocation_endpoint');
    expect(body).not.toHaveProperty('introspection_endpoint');
  });
});
