// Era 2019: /v1/token, beyond what the recorded exchanges show one by one.
import { createHash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { faultyKeys, fresh } from '../../src/mock-accounts/testing/fresh.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

const OTHER = 'a1b2c3d4e5f60002';
const CONFIDENTIAL = 'a1b2c3d4e5f60004';
const HEX = 'ab'.repeat(32);
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = 'c'.repeat(43);

let { clock, mock, driver } = fresh('2019');
beforeEach(() => {
  ({ clock, mock, driver } = fresh('2019'));
});

const secret = () => mock.store.clients.get(CONFIDENTIAL)?.secret ?? '';

describe('POST /v1/token, what is refused by member', () => {
  const base = { client_id: TEST_CLIENT, code: HEX, code_verifier: VERIFIER };
  it.each([
    [{}, 'client_id'],
    [{ client_id: TEST_CLIENT }, 'code'],
    [{ client_id: TEST_CLIENT, code: HEX }, 'client_secret'],
    [{ ...base, client_secret: '' }, 'client_secret'],
    [{ ...base, client_id: 'zz', code: 'k' }, 'client_id'],
    [{ ...base, client_id: TEST_CLIENT.toUpperCase() }, 'client_id'],
    [{ ...base, code: HEX.toUpperCase() }, 'code'],
    [{ ...base, code_verifier: 'v'.repeat(42) }, 'code_verifier'],
    [{ ...base, code_verifier: 'v'.repeat(129) }, 'code_verifier'],
    [{ ...base, grant_type: 'password' }, 'grant_type'],
    [{ ...base, ttl: 0 }, 'ttl'],
    [{ ...base, ttl: 1_209_601 }, 'ttl'],
    [{ ...base, redirect_uri: 'https://a.example/%20' }, 'redirect_uri'],
    [{ ...base, redirect_uri: `https://a.example/${'a'.repeat(256)}` }, 'redirect_uri'],
    [{ ...base, access_type: 'offline' }, 'access_type'],
    [{ ...base, refresh_token: HEX }, 'refresh_token'],
    [{ ...base, assertion: 'x' }, 'assertion'],
    [{ ...base, scope: '' }, 'scope'],
    [{ client_id: TEST_CLIENT, grant_type: 'refresh_token' }, 'refresh_token'],
    [{ client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token: HEX, code: HEX }, 'code'],
    [
      { client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token: HEX, code_verifier: VERIFIER },
      'code_verifier',
    ],
    [
      {
        client_id: TEST_CLIENT,
        grant_type: 'refresh_token',
        refresh_token: HEX,
        redirect_uri: 'https://a.example/',
      },
      'redirect_uri',
    ],
    [
      { client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token: HEX, client_secret: '' },
      'client_secret',
    ],
    [{ client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token: HEX, scope: 'pro"file' }, 'scope'],
    [{ client_id: TEST_CLIENT, grant_type: 'fxa-credentials' }, 'assertion'],
  ])('%j names %s', async (request, key) => {
    const { status, body } = await driver.post('/v1/token', request);
    expect([status, body.errno, faultyKeys(body)]).toEqual([400, 109, [key]]);
  });

  it.each([null, [], 'text'])('a body of %j is no object', async (request) => {
    const { status, body } = await driver.post('/v1/token', request);
    expect([status, body.errno, faultyKeys(body)]).toEqual([400, 109, ['']]);
  });

  it('a body above 16 384 bytes is 413/999', async () => {
    const { status, body } = await driver.post(
      '/v1/token',
      { a: 'x'.repeat(17_000) },
      { 'content-length': '17010' },
    );
    expect([status, body.errno, body.error]).toEqual([413, 999, 'Request Entity Too Large']);
  });

  it('direct grants are not for these clients: 121', async () => {
    const request = { client_id: TEST_CLIENT, grant_type: 'fxa-credentials', assertion: 'a'.repeat(50) };
    expect((await driver.post('/v1/token', request)).body.errno).toBe(121);
  });
});

describe('POST /v1/token, codes', () => {
  it('a wrong verifier and another client do not burn the code, success does', async () => {
    const { code, verifier } = await driver.code();
    const redeem = (more: object) =>
      driver.post('/v1/token', { client_id: TEST_CLIENT, code, code_verifier: verifier, ...more });
    expect((await redeem({ code_verifier: VERIFIER })).body.errno).toBe(117);
    const foreign = await redeem({ client_id: OTHER });
    expect(foreign.body).toMatchObject({
      errno: 106,
      requestCode: code,
      client: Buffer.from(OTHER, 'hex').toJSON(),
    });
    expect((await redeem({})).status).toBe(200);
    expect((await redeem({})).body).toMatchObject({ errno: 105, requestCode: code });
  });

  it('lives fifteen minutes', async () => {
    const { code, verifier } = await driver.code();
    const created = clock.now;
    clock.now += 15 * 60_000 + 1;
    const { body } = await driver.post('/v1/token', {
      client_id: TEST_CLIENT,
      code,
      code_verifier: verifier,
    });
    expect(body).toMatchObject({ errno: 107, requestCode: code, expiredAt: created + 15 * 60_000 });
  });

  it('without offline access there is no refresh token, without openid no id_token', async () => {
    const answer = await driver.tokens({ offline: false, scope: 'profile' });
    expect(Object.keys(answer).sort()).toEqual([
      'access_token',
      'auth_at',
      'expires_in',
      'scope',
      'token_type',
    ]);
  });

  it('the id_token is of 2019', async () => {
    const { id_token: idToken, access_token: token } = await driver.tokens();
    const claims = decodeJwt(String(idToken));
    // Two in seventy tokens begin with bytes that are hexadecimal digits, read as ASCII.
    const misread = Buffer.from(Buffer.from(String(token), 'hex').toString('ascii'), 'hex');
    const digest = createHash('sha256').update(misread).digest();
    expect(claims).toEqual({
      iss: 'http://127.0.0.1:9720',
      aud: TEST_CLIENT,
      sub: mock.store.accounts.byEmail('ada@example.com')?.uid,
      iat: clock.now / 1000,
      exp: clock.now / 1000 + 300,
      at_hash: digest.subarray(0, 16).toString('base64url'),
      amr: ['pwd', 'email'],
      'fxa-aal': 1,
      acr: 'AAL1',
    });
    const { body } = await driver.get('/v1/jwks');
    const published = (body.keys as { kid: string }[]).map(({ kid }) => kid);
    expect(published).toHaveLength(2);
    expect(decodeProtectedHeader(String(idToken))).toEqual({ alg: 'RS256', kid: published[0] });
  });
});

describe('POST /v1/token, refresh', () => {
  it('without scope gives an empty one, with openid a new id_token, never a refresh token', async () => {
    const { refresh_token: token } = await driver.tokens();
    const refresh = (more: object) =>
      driver.post('/v1/token', {
        client_id: TEST_CLIENT,
        grant_type: 'refresh_token',
        refresh_token: token,
        ...more,
      });
    const bare = await refresh({});
    expect(bare.body).toMatchObject({ scope: '', expires_in: 1_209_600 });
    expect(Object.keys(bare.body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
    const again = await refresh({ scope: 'profile openid', ttl: 60 });
    expect(again.body).toMatchObject({ scope: 'profile openid', expires_in: 60 });
    expect(decodeJwt(String(again.body.id_token))).not.toHaveProperty('amr');
    expect(again.body).not.toHaveProperty('refresh_token');
    expect((await refresh({ scope: 'profile https://identity.mozilla.com/apps/notes' })).body.errno).toBe(
      114,
    );
  });
});

describe('POST /v1/token, confidential clients', () => {
  const redeem = async (more: object, headers: Record<string, string> = {}) => {
    const { code } = await driver.code({ clientId: CONFIDENTIAL });
    return driver.post('/v1/token', { code, ...more }, headers);
  };
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it('show their secret in the body or in a header', async () => {
    expect((await redeem({ client_id: CONFIDENTIAL, client_secret: secret() })).status).toBe(200);
    expect((await redeem({}, basic(`${CONFIDENTIAL}:${secret()}`))).status).toBe(200);
  });

  it('are refused with a wrong one, or both ways at once', async () => {
    const wrong = await redeem({ client_id: CONFIDENTIAL, client_secret: HEX });
    expect(wrong.body).toMatchObject({ errno: 102, clientId: Buffer.from(CONFIDENTIAL, 'hex').toJSON() });
    expect(
      faultyKeys((await redeem({ client_id: CONFIDENTIAL }, basic(`${CONFIDENTIAL}:${secret()}`))).body),
    ).toEqual(['client_id']);
    expect((await redeem({}, basic('x'.repeat(81)))).body).toMatchObject({
      errno: 109,
      validation: 'authorization',
    });
    expect(faultyKeys((await redeem({}, { authorization: 'Bearer x' })).body)).toEqual(['authorization']);
  });

  it('must not use PKCE', async () => {
    const { body } = await redeem({ code_verifier: VERIFIER }, basic(`${CONFIDENTIAL}:${secret()}`));
    expect(body.errno).toBe(116);
    const session = await driver.signIn();
    const request = {
      client_id: CONFIDENTIAL,
      state: 's',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    };
    expect((await driver.post('/v1/oauth/authorization', request, driver.bearer(session))).body.errno).toBe(
      166,
    );
  });
});
