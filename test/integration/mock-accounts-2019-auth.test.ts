// Era 2019: the auth server's /v1/oauth paths, beyond what the recorded exchanges show one by one.
import { beforeEach, describe, expect, it } from 'vitest';
import { faultyKeys, fresh } from '../../src/mock-accounts/testing/fresh.ts';
import { s256 } from '../../src/mock-accounts/store/random.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

const OTHER = 'a1b2c3d4e5f60002';
const UNTRUSTED = 'a1b2c3d4e5f60003';
const HEX = 'ab'.repeat(32);
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = 'c'.repeat(43);

let { mock, driver } = fresh('2019');
beforeEach(() => {
  ({ mock, driver } = fresh('2019'));
});

describe('POST /v1/oauth/authorization', () => {
  const request = {
    client_id: TEST_CLIENT,
    scope: 'profile',
    state: 's',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  };
  const ask = async (more: object, drop: string[] = []) => {
    const body = Object.fromEntries(
      Object.entries({ ...request, ...more }).filter(([key]) => !drop.includes(key)),
    );
    return (await driver.post('/v1/oauth/authorization', body, driver.bearer(await driver.signIn()))).body;
  };

  it('needs a session before anything else', async () => {
    const { status, body } = await driver.post('/v1/oauth/authorization', {});
    expect([status, body.errno, body.error]).toEqual([401, 110, 'Unauthorized']);
  });

  it('answers code, state and redirect', async () => {
    const answer = await ask({ state: 'a b&c=d/é+%' });
    expect(Object.keys(answer).sort()).toEqual(['code', 'redirect', 'state']);
    expect(String(answer.redirect)).toMatch(/\?code=[0-9a-f]{64}&state=a\+b%26c%3Dd%2F%C3%A9%2B%25$/);
  });

  it('writes the state as a form would, but for ~ and *', async () => {
    expect(String((await ask({ state: '~*!()' })).redirect)).toMatch(/&state=~%2A%21%28%29$/);
  });

  it('hands over encrypted keys, if they look the part', async () => {
    const verifier = 'w'.repeat(43);
    const { code } = await ask({ code_challenge: s256(verifier), keys_jwe: 'a..b.c.d' });
    const grant = { client_id: TEST_CLIENT, code, code_verifier: verifier };
    expect((await driver.post('/v1/token', grant)).body.keys_jwe).toBe('a..b.c.d');
    expect(faultyKeys(await ask({ keys_jwe: 'a.b.c' }))).toEqual(['keys_jwe']);
  });

  it('takes JSON sent as plain text', async () => {
    const headers = { ...driver.bearer(await driver.signIn()), 'content-type': 'text/plain' };
    const { status } = await driver.send('/v1/oauth/authorization', {
      method: 'POST',
      headers,
      body: JSON.stringify(request),
    });
    expect(status).toBe(200);
  });

  it('says what is missing, and what does not fit', async () => {
    expect(await ask({}, ['state'])).toMatchObject({
      code: 400,
      errno: 108,
      param: 'state',
      message: 'Missing parameter in request body: state',
    });
    expect(await ask({}, ['client_id'])).toMatchObject({ errno: 108, param: 'client_id' });
    expect(faultyKeys(await ask({ response_type: 'token' }))).toEqual(['response_type']);
    expect(faultyKeys(await ask({ access_type: 'forever' }))).toEqual(['access_type']);
    expect(faultyKeys(await ask({ code_challenge_method: 'plain' }))).toEqual(['code_challenge_method']);
    expect(faultyKeys(await ask({ redirect_uri: `https://a.example/${'a'.repeat(256)}` }))).toEqual([
      'redirect_uri',
    ]);
    expect(faultyKeys(await ask({ redirect_uri: 'http://a.example/' }))).toEqual(['redirect_uri']);
    expect(faultyKeys(await ask({ scope: 'profile"' }))).toEqual(['scope']);
  });

  it('has numbers of its own', async () => {
    expect(await ask({}, ['code_challenge', 'code_challenge_method'])).toMatchObject({ errno: 169 });
    expect(await ask({ redirect_uri: 'https://other.example/' })).toMatchObject({ errno: 167 });
    expect(await ask({ acr_values: 'AAL2' })).toMatchObject({ errno: 170, foundValue: 1 });
    expect(await ask({ scope: 'https://identity.mozilla.com/apps/oldsync' })).toMatchObject({ errno: 163 });
    expect(await ask({ client_id: UNTRUSTED, scope: 'profile:uid profile:locale' })).toMatchObject({
      errno: 163,
      invalidScopes: ['profile:locale'],
    });
  });

  it('looks at scopes before PKCE, and at the redirect URI before both', async () => {
    const bare = ['code_challenge', 'code_challenge_method'];
    expect(await ask({ client_id: UNTRUSTED }, bare)).toMatchObject({ errno: 163 });
    expect(await ask({ client_id: UNTRUSTED, redirect_uri: 'https://other.example/' }, bare)).toMatchObject({
      errno: 167,
    });
  });

  it('wants a confirmed address', async () => {
    const { body } = await driver.post('/v1/account/create', {
      email: 'new@example.com',
      password: 'long enough',
    });
    const session = driver.bearer(body.sessionToken);
    expect((await driver.post('/v1/oauth/authorization', request, session)).body.errno).toBe(104);
    const code = mock.store.accounts.byEmail('new@example.com')?.confirmationCode;
    expect((await driver.post('/v1/session/verify_code', { code: 'no' }, session)).body.errno).toBe(105);
    expect((await driver.post('/v1/session/verify_code', { code }, session)).status).toBe(200);
    expect((await driver.post('/v1/oauth/authorization', request, session)).status).toBe(200);
  });
});

describe('POST /v1/oauth/token', () => {
  const post = async (body: object) => {
    const answer = await driver.post('/v1/oauth/token', body);
    return { status: answer.status, ...answer.body };
  };

  it('tries three grants and names the failing members of all', async () => {
    expect(await post({ grant_type: 'authorization_code', client_id: TEST_CLIENT, code: HEX })).toMatchObject(
      {
        errno: 107,
        validation: { source: 'payload', keys: ['', 'grant_type', 'grant_type'] },
      },
    );
    expect(await post({ grant_type: 'authorization_code', client_id: TEST_CLIENT })).toMatchObject({
      errno: 108,
      param: 'code',
    });
    expect(await post({ grant_type: 'refresh_token', client_id: TEST_CLIENT })).toMatchObject({
      errno: 108,
      param: 'grant_type',
    });
    expect(await post({ client_id: TEST_CLIENT })).toMatchObject({ status: 401, errno: 110 });
  });

  it('passes on the complaints of the OAuth server', async () => {
    const { code } = await driver.code();
    const request = { client_id: TEST_CLIENT, grant_type: 'authorization_code', code };
    expect(await post({ ...request, code_verifier: `~.${VERIFIER}` })).toMatchObject({
      errno: 107,
      validation: { source: 'payload', keys: ['code_verifier'] },
    });
    expect(await post({ ...request, client_secret: HEX })).toMatchObject({
      errno: 107,
      validation: 'client_secret',
    });
    expect(await post({ ...request, code_verifier: VERIFIER })).toMatchObject({ errno: 175 });
    expect(await post({ ...request, client_id: OTHER, code_verifier: VERIFIER })).toMatchObject({
      errno: 173,
    });
    expect(
      await post({ client_id: TEST_CLIENT, grant_type: 'refresh_token', refresh_token: HEX }),
    ).toMatchObject({ status: 401, errno: 110 });
  });
});
