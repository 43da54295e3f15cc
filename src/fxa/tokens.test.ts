import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fxaError, json, strictFetch } from '../../test/harness/fetch.ts';
import {
  ACCESS_TOKEN,
  ANSWER,
  CLIENT_ID,
  CODE,
  ORIGIN,
  REFRESH_TOKEN,
  authFamily,
  deployment,
  failure,
} from './testing/deployment.ts';
import { validateAccessToken, refreshTokenId, exchangeCode, refreshAccessToken } from './tokens.ts';

const refreshed = async (...request: Parameters<typeof refreshAccessToken>) =>
  validateAccessToken(request[0], await refreshAccessToken(...request));

const TOKEN = `${ORIGIN}/v1/token`;
const VERIFIER = 'v'.repeat(43);
const GRANTED = { code: CODE, codeVerifier: VERIFIER, redirectUri: 'https://client.example/cb' };
const REFRESH_ID = createHash('sha256').update(Buffer.from(REFRESH_TOKEN, 'hex')).digest('hex');

describe('exchangeCode', () => {
  const form = {
    client_id: CLIENT_ID,
    grant_type: 'authorization_code',
    code: CODE,
    code_verifier: VERIFIER,
  };

  it('sends what a public client must, without scope and redirect_uri, which FxA rejects', async () => {
    const fetch = strictFetch({ method: 'POST', url: TOKEN, form, answer: json(ANSWER) });
    expect(await exchangeCode(deployment(), GRANTED, { fetch })).toEqual(ANSWER);
  });

  it('sends ttl', async () => {
    const fetch = strictFetch({
      method: 'POST',
      url: TOKEN,
      form: { ...form, ttl: '3600' },
      answer: json({}),
    });
    expect(await exchangeCode(deployment(), { ...GRANTED, ttl: 3600 }, { fetch })).toEqual({});
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity])('rejects a ttl of %s', async (ttl) => {
    const work = exchangeCode(deployment(), { ...GRANTED, ttl }, { fetch: strictFetch() });
    expect(await failure(work)).toMatchObject({ code: 'invalid_request', parameter: 'ttl' });
  });

  it('works at /v1/oauth/token', async () => {
    const fetch = strictFetch({
      method: 'POST',
      url: `${ORIGIN}/v1/oauth/token`,
      form,
      answer: json(ANSWER),
    });
    expect(await exchangeCode(authFamily(), GRANTED, { fetch })).toEqual(ANSWER);
  });

  it.each([
    [
      'a used code',
      fxaError(400, 105, { requestCode: CODE }),
      { code: 'bad_response', reason: 'code_refused' },
    ],
    ['a wrong verifier', fxaError(400, 117), { code: 'bad_response', reason: 'code_refused' }],
    ['an unknown client', fxaError(400, 101), { code: 'misconfigured' }],
    ['a token it does not know', fxaError(400, 108), { code: 'bad_response', reason: 'refused' }],
    ['HTML', new Response('<h1>Hello</h1>'), { code: 'bad_response', reason: 'not_json' }],
    ['a broken network', new TypeError('Failed to fetch'), { code: 'offline' }],
    ['trouble', fxaError(503, 201, { retryAfter: 30 }), { code: 'server_unavailable', retryAfter: 30 }],
  ])('maps to a code: %s', async (_what, answer, expected) => {
    const fetch = strictFetch({ method: 'POST', url: TOKEN, form, answer });
    const failed = await failure(exchangeCode(deployment(), GRANTED, { fetch }));
    expect(failed).toMatchObject(expected);
    expect(`${failed.message} ${JSON.stringify(failed)} ${String(failed.cause)}`).not.toContain(CODE);
  });
});

describe('refreshAccessToken', () => {
  const form = { client_id: CLIENT_ID, grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN };
  const asked = { refreshToken: REFRESH_TOKEN, scope: 'openid profile', ttl: 3600 };

  it('always sends the scope, and accepts a response without a refresh token', async () => {
    const answer = json({
      access_token: ACCESS_TOKEN,
      token_type: 'bearer',
      scope: 'profile',
      expires_in: 1800,
    });
    const fetch = strictFetch({
      method: 'POST',
      url: TOKEN,
      form: { ...form, scope: 'openid profile', ttl: '3600' },
      answer,
    });
    expect(await refreshed(deployment(), asked, { fetch })).toEqual({
      accessToken: ACCESS_TOKEN,
      scope: 'profile',
      expiresIn: 1800,
    });
  });

  it('ignores the id_token that servers of 2019 add', async () => {
    const answer = json({ ...ANSWER, id_token: 'not even one' });
    const fetch = strictFetch({ method: 'POST', url: TOKEN, form: { ...form, scope: 'openid' }, answer });
    const token = await refreshed(deployment(), { refreshToken: REFRESH_TOKEN, scope: 'openid' }, { fetch });
    expect(token).toEqual({ accessToken: ACCESS_TOKEN, scope: 'profile', expiresIn: 3600 });
  });

  it.each(['', '  '])('rejects an empty scope: %j', async (scope) => {
    const work = refreshed(deployment(), { refreshToken: REFRESH_TOKEN, scope }, { fetch: strictFetch() });
    expect(await failure(work)).toMatchObject({ code: 'invalid_request', parameter: 'scope' });
  });

  it.each([
    ['/v1/token', deployment(), fxaError(400, 108), 'reauth_required'],
    ['/v1/token', deployment(), fxaError(401, 110), 'bad_response'],
    ['/v1/token', deployment(), fxaError(400, 114, { invalidScopes: ['x'] }), 'scope_denied'],
    ['/v1/token', deployment(), fxaError(400, 101), 'misconfigured'],
    ['/v1/token', deployment(), fxaError(503, 202), 'server_unavailable'],
    ['/v1/token', deployment(), new Response('{"errno":108}', { status: 500 }), 'server_unavailable'],
    ['/v1/token', deployment(), new Response('{"errno":108}', { status: 200 }), 'bad_response'],
    ['/v1/oauth/token', authFamily(), fxaError(401, 110), 'reauth_required'],
    ['/v1/oauth/token', authFamily(), fxaError(400, 108), 'invalid_request'],
    ['/v1/oauth/token', authFamily(), fxaError(429, 114), 'rate_limited'],
  ])('%s: maps an error response to its code', async (path, to, answer, code) => {
    const fetch = strictFetch({
      method: 'POST',
      url: ORIGIN + path,
      form: { ...form, scope: 'profile' },
      answer,
    });
    const work = refreshed(to, { refreshToken: REFRESH_TOKEN, scope: 'profile' }, { fetch });
    expect(await failure(work)).toMatchObject({ code });
  });
});

describe('refreshTokenId', () => {
  it('hashes the bytes, not the hex digits', async () => {
    expect(await refreshTokenId(REFRESH_TOKEN)).toBe(REFRESH_ID);
    expect(REFRESH_ID).not.toBe(createHash('sha256').update(REFRESH_TOKEN).digest('hex'));
  });

  it('rejects a malformed refresh token', async () => {
    expect(await failure(refreshTokenId('nope'))).toMatchObject({ code: 'invalid_request' });
  });
});
