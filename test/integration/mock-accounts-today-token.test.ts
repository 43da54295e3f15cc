// Today's era: tokens and how they are destroyed, where it differs from 2019.
import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { fresh, refreshWith } from '../../src/mock-accounts/testing/fresh.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

const OTHER = 'a1b2c3d4e5f60002';
const CONFIDENTIAL = 'a1b2c3d4e5f60004';
const HEX = 'ab'.repeat(32);

let { clock, mock, driver } = fresh('today');
beforeEach(() => {
  ({ clock, mock, driver } = fresh('today'));
});

const refresh = (token: unknown, more?: object) => refreshWith(driver, token, more);

describe('tokens', () => {
  it('collapses scopes and caps the ttl', async () => {
    const answer = await driver.tokens({ scope: 'profile:email openid profile' }, { ttl: 604_800 });
    expect(answer).toMatchObject({
      scope: 'openid profile',
      expires_in: 86_400,
      token_type: 'bearer',
      auth_at: clock.now / 1000,
    });
  });

  it('the id_token has a right at_hash, a thousandth of the time of authentication, and no nonce', async () => {
    const { access_token: access, id_token: idToken } = await driver.tokens();
    const hash = createHash('sha256').update(String(access)).digest().subarray(0, 16).toString('base64url');
    const claims = decodeJwt(String(idToken));
    expect(claims).toMatchObject({
      at_hash: hash,
      auth_time: Math.floor(clock.now / 1_000_000),
      aud: TEST_CLIENT,
    });
    expect(claims).not.toHaveProperty('nonce');
  });

  it('a resource becomes a second audience', async () => {
    const { id_token: idToken } = await driver.tokens({}, { resource: 'https://api.example/' });
    expect(decodeJwt(String(idToken)).aud).toEqual([TEST_CLIENT, 'https://api.example/']);
  });

  it('refresh keeps the scopes but openid, and issues neither id_token nor refresh token', async () => {
    const { refresh_token: token } = await driver.tokens();
    const bare = (await refresh(token)).body;
    expect(bare.scope).toBe('profile');
    expect(Object.keys(bare).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    expect((await refresh(token, { scope: 'openid profile:email' })).body.scope).toBe('profile:email');
    expect((await refresh(token, { scope: '' })).body.scope).toBe('');
    expect((await refresh(token, { scope: 'profile:write' })).body).toMatchObject({
      errno: 114,
      invalidScopes: ['profile:write'],
    });
  });

  it('a trusted client may widen to its own scopes at refresh', async () => {
    const relay = 'https://identity.mozilla.com/apps/relay';
    const client = mock.store.clients.get(TEST_CLIENT);
    if (client === undefined) throw new Error('no client');
    mock.store.clients.set(TEST_CLIENT, { ...client, allowedScopes: relay });
    const { refresh_token: token } = await driver.tokens({ scope: 'profile' });
    expect((await refresh(token, { scope: `profile ${relay}` })).body.scope).toBe(`profile ${relay}`);
  });

  it('a disabled client can redeem a code but not refresh', async () => {
    const { refresh_token: token } = await driver.tokens();
    const { code, verifier } = await driver.code();
    const client = mock.store.clients.get(TEST_CLIENT);
    if (client === undefined) throw new Error('no client');
    mock.store.clients.set(TEST_CLIENT, { ...client, disabled: true });
    const refused = await refresh(token);
    expect([refused.status, refused.body.errno, refused.headers.get('retry-after')]).toEqual([
      503,
      202,
      null,
    ]);
    expect(
      (await driver.post('/v1/token', { client_id: TEST_CLIENT, code, code_verifier: verifier })).status,
    ).toBe(200);
    const asked = await driver.post(
      '/v1/oauth/authorization',
      { client_id: TEST_CLIENT, state: 's', scope: 'profile' },
      driver.bearer(await driver.signIn()),
    );
    expect([asked.status, asked.body.errno]).toEqual([503, 204]);
  });

  it('a dead refresh token is 400/108 on one path and 401/110 on the other', async () => {
    const request = { client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token: HEX };
    expect(await driver.post('/v1/token', request)).toMatchObject({ status: 400, body: { errno: 108 } });
    expect(await driver.post('/v1/oauth/token', request)).toMatchObject({
      status: 401,
      body: { errno: 110 },
    });
  });

  it.each(['text/xml', 'text/plain;charset=UTF-8', 'application/xml'])(
    'both token endpoints refuse a body of %s with 415',
    async (type) => {
      const { code, verifier } = await driver.code();
      const grant = { grant_type: 'authorization_code', code, code_verifier: verifier };
      const request = { client_id: TEST_CLIENT, ...grant };
      const headers = { 'content-type': type };
      expect((await driver.post('/v1/oauth/token', request, headers)).status).toBe(415);
      expect(await driver.post('/v1/token', request, headers)).toMatchObject({
        status: 415,
        body: { errno: 113 },
      });
      expect((await driver.form('/v1/oauth/token', request)).status).toBe(200);
    },
  );

  it('/v1/oauth/token takes the verifiers of RFC 7636 and looks at the grant type alone', async () => {
    const grant = { grant_type: 'authorization_code', code_verifier: `~.${'v'.repeat(43)}` };
    const request = { client_id: TEST_CLIENT, code: HEX, ...grant };
    expect((await driver.post('/v1/oauth/token', request)).body.errno).toBe(172);
    expect((await driver.post('/v1/oauth/token', { client_id: TEST_CLIENT })).body).toMatchObject({
      code: 401,
      errno: 110,
    });
    expect((await driver.post('/v1/oauth/token', { ...request, grant_type: 'password' })).body.errno).toBe(
      107,
    );
  });
});

describe('destroying', () => {
  it.each([
    [60, 200],
    [21_600, 200],
    [21_601, 400],
  ])('a JWT of %i seconds is stored, and after its end verified with %i', async (ttl, verified) => {
    const client = mock.store.clients.get(TEST_CLIENT);
    if (client === undefined) throw new Error('no client');
    mock.store.clients.set(TEST_CLIENT, { ...client, jwtAccessTokens: true });
    const { access_token: token } = await driver.tokens({}, { ttl });
    expect((await driver.post('/v1/introspect', { token })).body.active).toBe(true);
    expect((await driver.post('/v1/destroy', { token })).status).toBe(200);
    expect((await driver.post('/v1/introspect', { token })).body).toEqual({ active: false });
    expect((await driver.post('/v1/verify', { token })).status).toBe(verified);
  });

  it('/v1/destroy takes token, access_token, refresh_token and refresh_token_id', async () => {
    const destroy = async (body: object) => (await driver.post('/v1/destroy', body)).status;
    const first = await driver.tokens();
    expect(
      await destroy({ token: first.access_token, client_id: TEST_CLIENT, token_type_hint: 'access_token' }),
    ).toBe(200);
    expect(await destroy({ refresh_token: first.refresh_token })).toBe(200);
    const second = await driver.tokens();
    expect(await destroy({ access_token: second.access_token })).toBe(200);
    const id = createHash('sha256')
      .update(Buffer.from(String(second.refresh_token), 'hex'))
      .digest('hex');
    expect(await destroy({ refresh_token_id: id })).toBe(200);
    expect(mock.store.liveGrants()).toEqual([]);
    expect(mock.store.liveAccessTokens()).toEqual([]);
  });

  it('/v1/destroy answers 500 to a form without client_id for a live token, which lives on', async () => {
    const { access_token: access, refresh_token: token } = await driver.tokens();
    const refreshTokenId = createHash('sha256')
      .update(Buffer.from(String(token), 'hex'))
      .digest('hex');
    const forms = [{ token: access }, { refresh_token: token }, { refresh_token_id: refreshTokenId }];
    for (const form of forms as Record<string, string>[]) {
      const { status, body } = await driver.form('/v1/destroy', form);
      expect([status, body]).toEqual([
        500,
        expect.objectContaining({
          code: 500,
          errno: 999,
          error: 'Internal Server Error',
          message: 'An internal server error occurred',
        }),
      ]);
    }
    expect([mock.store.liveGrants(), mock.store.liveAccessTokens()]).toMatchObject([[{}], [{}]]);
    expect((await driver.form('/v1/destroy', { token: HEX })).body).toMatchObject({ code: 400, errno: 108 });
    const named = { refresh_token: String(token), client_id: TEST_CLIENT };
    expect((await driver.form('/v1/destroy', named)).status).toBe(200);
    expect(mock.store.liveGrants()).toEqual([]);
  });

  it('/v1/destroy refuses a refresh token as token, and another client', async () => {
    const { access_token: access, refresh_token: token } = await driver.tokens();
    expect((await driver.post('/v1/destroy', { token })).body.errno).toBe(108);
    expect((await driver.post('/v1/destroy', { token: access, client_id: OTHER })).body.errno).toBe(108);
    expect((await driver.post('/v1/destroy', { token: access, refresh_token: token })).body.errno).toBe(109);
    expect(mock.store.liveGrants()).toHaveLength(1);
  });

  it('/v1/oauth/destroy is RFC 7009: both kinds, unknown and foreign tokens are fine', async () => {
    const { access_token: access, refresh_token: token } = await driver.tokens();
    const destroy = (body: object) => driver.form('/v1/oauth/destroy', { client_id: TEST_CLIENT, ...body });
    expect((await destroy({ token, client_id: OTHER })).status).toBe(200);
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect((await destroy({ token, token_type_hint: 'refresh_token' })).body).toEqual({});
    expect((await destroy({ token: access })).status).toBe(200);
    expect((await destroy({ token: access })).status).toBe(200);
    expect(mock.store.liveGrants()).toEqual([]);
    expect(mock.store.liveAccessTokens()).toEqual([]);
    expect(await destroy({ token: 'x' })).toMatchObject({ status: 400, body: { errno: 107 } });
    expect((await destroy({ token, client_id: 'f'.repeat(16) })).body.errno).toBe(162);
    expect((await destroy({ token, client_id: CONFIDENTIAL, client_secret: HEX })).body.errno).toBe(171);
    expect((await destroy({ token, client_secret: HEX })).body.errno).toBe(107);
  });
});
