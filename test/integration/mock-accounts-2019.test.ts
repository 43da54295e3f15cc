// Era 2019: destroy, verify, introspect and the rest, beyond what the recorded exchanges show one by one.
import { beforeEach, describe, expect, it } from 'vitest';
import { faultyKeys, fresh } from '../../src/mock-accounts/testing/fresh.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

const CONFIDENTIAL = 'a1b2c3d4e5f60004';
const HEX = 'ab'.repeat(32);

let { clock, mock, driver } = fresh('2019');
beforeEach(() => {
  ({ clock, mock, driver } = fresh('2019'));
});

const secret = () => mock.store.clients.get(CONFIDENTIAL)?.secret ?? '';

describe('POST /v1/destroy', () => {
  it.each([
    [{ access_token: HEX }, ['']],
    [{ token: 'x' }, ['access_token']],
    [{ token_type_hint: 'x' }, ['token_type_hint', '']],
    [{ refresh_token: HEX, token_type_hint: 'x' }, ['token_type_hint']],
  ])('%j names %j', async (request, expected) => {
    const { body } = await driver.post('/v1/destroy', request);
    expect([body.errno, faultyKeys(body)]).toEqual([109, expected]);
  });

  it('does not cascade, and takes expired access tokens', async () => {
    const { access_token: access, refresh_token: refresh } = await driver.tokens();
    expect((await driver.post('/v1/destroy', { refresh_token: refresh })).body).toEqual({});
    expect(mock.store.liveGrants()).toEqual([]);
    expect((await driver.get('/v1/profile', driver.bearer(access))).status).toBe(200);
    clock.now += 1_209_600_000;
    expect((await driver.post('/v1/destroy', { token: access })).status).toBe(200);
  });

  it('there is no /v1/oauth/destroy', async () => {
    const { status, body } = await driver.post('/v1/oauth/destroy', { token: HEX, client_id: TEST_CLIENT });
    expect([status, body.errno]).toEqual([404, 999]);
  });
});

describe('POST /v1/verify and /v1/introspect', () => {
  it('verify refuses unknown members and says when a token expired', async () => {
    const { access_token: token } = await driver.tokens();
    expect(faultyKeys((await driver.post('/v1/verify', { token, hint: 1 })).body)).toEqual(['hint']);
    expect(faultyKeys((await driver.post('/v1/verify', {})).body)).toEqual(['token']);
    const expiredAt = new Date(clock.now + 1_209_600_000).toISOString();
    clock.now += 1_209_600_001;
    expect((await driver.post('/v1/verify', { token })).body).toMatchObject({ errno: 115, expiredAt });
  });

  it('introspect says active the wrong way round for access tokens, and nothing of confidential refresh tokens', async () => {
    const { access_token: token } = await driver.tokens();
    expect(
      (await driver.post('/v1/introspect', { token, token_type_hint: 'refresh_token' })).body,
    ).toMatchObject({
      active: false,
      token_type: 'access_token',
      scope: 'openid profile',
      exp: clock.now + 1_209_600_000,
      iat: clock.now,
    });
    const { code } = await driver.code({ clientId: CONFIDENTIAL });
    const { body } = await driver.post('/v1/token', {
      client_id: CONFIDENTIAL,
      client_secret: secret(),
      code,
    });
    expect((await driver.post('/v1/introspect', { token: body.refresh_token })).body).toMatchObject({
      errno: 116,
    });
    expect((await driver.post('/v1/introspect', { token: 'anything' })).body).toEqual({ active: false });
  });

  it('notes the use of a refresh token once a day', async () => {
    const { refresh_token: token } = await driver.tokens();
    const granted = clock.now;
    const lastUsed = async () => {
      await driver.post('/v1/token', {
        client_id: TEST_CLIENT,
        grant_type: 'refresh_token',
        refresh_token: token,
      });
      return (await driver.post('/v1/introspect', { token })).body['fxa-lastUsedAt'];
    };
    clock.now += 86_400_000;
    expect(await lastUsed()).toBe(granted);
    clock.now += 1;
    expect(await lastUsed()).toBe(granted + 86_400_001);
  });
});

describe('the rest of the OAuth server', () => {
  it('tells about clients', async () => {
    expect((await driver.get(`/v1/client/${TEST_CLIENT}`)).body).toMatchObject({
      id: TEST_CLIENT,
      trusted: true,
      image_uri: '',
    });
    expect(faultyKeys((await driver.get('/v1/client/zz')).body)).toEqual(['client_id']);
  });

  it('tells programs its version, its health and its configuration at the bare address', async () => {
    for (const path of ['/', '/__version__']) {
      const { text, headers } = await driver.get(path);
      expect(text).toBe('{\n  "version": "1.134.0",\n  "commit": "",\n  "source": ""\n}');
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
    expect((await driver.get('/__lbheartbeat__')).body).toEqual({});
    expect((await driver.get('/config')).body).toMatchObject({ contentUrl: mock.context.origin });
  });

  it('sends authorization requests to the page, but no keys', async () => {
    const { status, headers } = await driver.get('/v1/authorization?client_id=x&state=a%20b');
    expect([status, headers.get('location')]).toEqual([
      302,
      'http://127.0.0.1:9720/authorization?client_id=x&state=a%20b',
    ]);
    const { headers: formed } = await driver.get(
      '/v1/authorization?scope=a+b&redirect_uri=https://x/&x=1&x=2',
    );
    expect(formed.get('location')).toBe(
      'http://127.0.0.1:9720/authorization?scope=a%20b&redirect_uri=https%3A%2F%2Fx%2F&x=1&x=2',
    );
    expect((await driver.get('/v1/authorization')).headers.get('location')).toMatch(/\/authorization$/);
    expect((await driver.get('/v1/authorization?keys_jwk=abc')).body).toMatchObject({
      errno: 109,
      validation: 'keys_jwk',
    });
  });

  it('takes no assertion', async () => {
    const request = { client_id: TEST_CLIENT, assertion: 'a'.repeat(50), state: 's' };
    expect(await driver.post('/v1/authorization', request)).toMatchObject({
      status: 401,
      body: { errno: 104 },
    });
    expect(faultyKeys((await driver.post('/v1/authorization', { client_id: TEST_CLIENT })).body)).toEqual([
      'assertion',
    ]);
    expect(faultyKeys((await driver.post('/v1/authorization', { ...request, more: 1 })).body)).toEqual([
      'more',
    ]);
  });

  it('answers preflights that name no method, or no route, with 404', async () => {
    const preflight = (headers: Record<string, string>) =>
      driver.send('/v1/token', { method: 'OPTIONS', headers });
    const origin = 'moz-extension://5f2d2f3e-1111-4222-8333-444455556666';
    expect((await preflight({ origin })).body).toMatchObject({
      errno: 999,
      message: 'CORS error: Missing Access-Control-Request-Method header',
    });
    expect((await preflight({ 'access-control-request-method': 'POST' })).body).toMatchObject({
      message: 'CORS error: Missing Origin header',
    });
    expect((await preflight({ origin, 'access-control-request-method': 'PUT' })).status).toBe(404);
  });
});

describe('headers of the profile server', () => {
  it('vary by encoding, preflights and empty answers too', async () => {
    const { access_token: token } = await driver.tokens({ email: 'lin@example.com' });
    const empty = await driver.get('/v1/display_name', driver.bearer(token));
    expect([empty.status, empty.headers.get('vary')]).toEqual([204, 'origin,accept-encoding']);
    const preflight = await driver.send('/v1/profile', {
      method: 'OPTIONS',
      headers: {
        origin: 'null',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([200, 'null']);
    expect([preflight.headers.get('vary'), preflight.headers.get('cache-control')]).toEqual([
      'accept-encoding',
      'no-cache',
    ]);
    expect(
      (await driver.get('/v1/profile/nothing', { origin: 'null' })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull();
  });
});

describe('the profile server', () => {
  it('has neither subscriptions nor pictures by letter', async () => {
    const { access_token: token } = await driver.tokens();
    for (const path of ['/v1/subscriptions', '/v1/avatar/L']) {
      expect((await driver.get(path, driver.bearer(token))).status).toBe(404);
    }
  });
});

describe('a deleted account', () => {
  it('keeps its tokens, and its profile in the cache for an hour', async () => {
    const { access_token: token } = await driver.tokens();
    const { access_token: narrow } = await driver.tokens({ scope: 'profile:email' });
    expect((await driver.get('/v1/profile', driver.bearer(token))).status).toBe(200);
    await driver.post('/v1/account/destroy', { email: 'ada@example.com', password: 'correct horse' });
    expect((await driver.get('/v1/profile', driver.bearer(token))).body.email).toBe('ada@example.com');
    expect((await driver.get('/v1/profile', driver.bearer(narrow))).status).toBe(401);
    expect((await driver.get('/v1/email', driver.bearer(token))).status).toBe(500);
    // Uid, name and picture are the profile server's own.
    const { access_token: own } = await driver.tokens({ email: 'noor@example.com', scope: 'profile:uid' });
    await driver.post('/v1/account/destroy', { email: 'noor@example.com', password: 'correct horse' });
    expect((await driver.get('/v1/profile', driver.bearer(own))).status).toBe(200);
    expect((await driver.get('/v1/display_name', driver.bearer(token))).body).toEqual({
      displayName: 'Ada Lovelace',
    });
    expect((await driver.get('/v1/avatar', driver.bearer(token))).body.avatarDefault).toBe(false);
    expect((await driver.post('/v1/verify', { token })).status).toBe(200);
    clock.now += 3_600_000;
    expect((await driver.get('/v1/profile', driver.bearer(token))).body).toEqual({
      code: 401,
      errno: 100,
      error: 'Bad Request',
      message: 'Unauthorized',
    });
  });
});
