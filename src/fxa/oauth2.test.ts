// What is otherwise at a server of the standards, all calls in one place.
import { describe, expect, it } from 'vitest';
import { json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { validateCallback } from './callback.ts';
import { destroyAccessToken, destroyGrant } from './destroy.ts';
import { fetchProfile } from './profile.ts';
import { setDisplayName } from './profile-write.ts';
import { CLIENT_ID, CODE, ORIGIN, deployment, failure, oauth2 } from './testing/deployment.ts';
import {
  exchangeCode,
  issuedTokens,
  refreshAccessToken,
  validateAccessToken,
  validateGrant,
} from './tokens.ts';

const TOKEN = 'BEuvLt-ljS7.oDF~1';
const REDIRECT_URI = 'https://client.example/cb';
const refusal = (status: number, error: string) => json({ error }, status);

describe('the callback', () => {
  const expected = { redirectUri: REDIRECT_URI, state: 's', issuer: ORIGIN, clientId: CLIENT_ID };
  const url = `${REDIRECT_URI}?state=s&code=${TOKEN}&iss=${encodeURIComponent(ORIGIN)}`;

  it('has a code of any form', async () => {
    expect(validateCallback(url, { ...expected, dialect: 'oauth2' })).toEqual({ code: TOKEN });
    expect(await failure(() => validateCallback(url, expected))).toMatchObject({ reason: 'callback_code' });
    const control = `${REDIRECT_URI}?state=s&code=%07&iss=${encodeURIComponent(ORIGIN)}`;
    const refused = await failure(() => validateCallback(control, { ...expected, dialect: 'oauth2' }));
    expect(refused).toMatchObject({ reason: 'callback_code' });
  });

  it('is refused without the promised issuer', async () => {
    const without = `${REDIRECT_URI}?state=s&code=${TOKEN}`;
    const promised = { ...expected, dialect: 'oauth2', issInCallback: true } as const;
    expect(validateCallback(url, promised)).toEqual({ code: TOKEN });
    expect(await failure(() => validateCallback(without, promised))).toMatchObject({
      reason: 'callback_issuer',
    });
  });
});

describe('the token endpoint', () => {
  const at = (form: Record<string, string>, answer: Response) => ({
    fetch: strictFetch({
      method: 'POST',
      url: `${ORIGIN}/token`,
      form: { client_id: CLIENT_ID, ...form },
      answer,
    }),
  });
  const code = { code: CODE, codeVerifier: 'v'.repeat(43), redirectUri: REDIRECT_URI, ttl: 3600 };
  const codeForm = {
    grant_type: 'authorization_code',
    code: CODE,
    code_verifier: code.codeVerifier,
    redirect_uri: REDIRECT_URI,
  };
  const refreshing = { refreshToken: TOKEN, scope: 'profile', ttl: 3600 };
  const refreshForm = { grant_type: 'refresh_token', refresh_token: TOKEN, scope: 'profile' };

  it('gets the redirect URI, and no ttl', async () => {
    expect(await exchangeCode(oauth2(), code, at(codeForm, json({ ok: 1 })))).toEqual({ ok: 1 });
    expect(await refreshAccessToken(oauth2(), refreshing, at(refreshForm, json({ ok: 1 })))).toEqual({
      ok: 1,
    });
  });

  it('gives refresh tokens of any form, and names their grants', async () => {
    const answer = { access_token: 'x', token_type: 'Bearer', refresh_token: TOKEN };
    const issued = await issuedTokens(oauth2(), answer);
    expect(issued).toMatchObject({ accessToken: 'x', grant: { refreshToken: TOKEN } });
    expect(issued.grant?.refreshTokenId).toMatch(/^[0-9a-f]{64}$/);
    expect(await issuedTokens(deployment(), answer)).toEqual({ accessToken: 'x' });
    const options = { now: Date.now(), requireIdToken: false, scope: 'profile' };
    const grant = await validateGrant(oauth2(), answer, options, { fetch: strictFetch() });
    expect(grant).toMatchObject({ ...issued.grant });
  });

  it('may leave out scope and lifetime', async () => {
    const answer = { access_token: 'x', token_type: 'Bearer' };
    expect(await validateAccessToken(oauth2(), answer, 'profile')).toEqual({
      accessToken: 'x',
      scope: 'profile',
      expiresIn: 300,
    });
    expect(await failure(validateAccessToken(deployment(), answer, 'profile'))).toMatchObject({
      reason: 'token_response',
    });
  });

  it.each([
    [400, 'invalid_grant', { code: 'reauth_required' }],
    [400, 'invalid_scope', { code: 'scope_denied' }],
    [401, 'invalid_client', { code: 'misconfigured' }],
    [400, 'unauthorized_client', { code: 'misconfigured' }],
    [400, 'invalid_request', { code: 'invalid_request' }],
    [400, 'something_else', { code: 'bad_response', reason: 'refused' }],
    [500, 'server_error', { code: 'server_unavailable' }],
    [429, 'slow_down', { code: 'rate_limited' }],
  ])('answers a refresh with %i %s', async (status, error, expected) => {
    const work = refreshAccessToken(oauth2(), refreshing, at(refreshForm, refusal(status, error)));
    expect(await failure(work)).toMatchObject(expected);
  });

  it('proves with invalid_grant that a code is over, and nothing about a grant', async () => {
    const http = at(codeForm, refusal(400, 'invalid_grant'));
    expect(await failure(exchangeCode(oauth2(), code, http))).toMatchObject({
      code: 'bad_response',
      reason: 'code_refused',
    });
  });

  it('is believed there alone: from FxA the same answer says nothing about the grant', async () => {
    const form = { client_id: CLIENT_ID, ...refreshForm, ttl: '3600' };
    const answer = refusal(400, 'invalid_grant');
    const fetch = strictFetch({ method: 'POST', url: `${ORIGIN}/v1/token`, form, answer });
    const work = refreshAccessToken(deployment(), refreshing, { fetch });
    expect(await failure(work)).toMatchObject({ code: 'bad_response', reason: 'refused' });
  });
});

describe('revocation', () => {
  const revoke = (hint: string, answer: ExpectedRequest['answer']) => ({
    fetch: strictFetch({
      method: 'POST',
      url: `${ORIGIN}/token/revocation`,
      form: { token: TOKEN, token_type_hint: hint, client_id: CLIENT_ID },
      answer,
    }),
  });

  it('is a form with a hint, and its 200 proves nothing', async () => {
    const access = revoke('access_token', new Response(''));
    expect(await destroyAccessToken(oauth2(), TOKEN, access)).toBe('accepted');
    const refresh = revoke('refresh_token', new Response(''));
    expect(await destroyGrant(oauth2(), { refreshToken: TOKEN }, refresh)).toBe('accepted');
  });

  it('is not confirmed by a page that answers in place of the server', async () => {
    const page = new Response('<h1>Welcome to our hotel</h1>', { headers: { 'content-type': 'text/html' } });
    const work = destroyGrant(oauth2(), { refreshToken: TOKEN }, revoke('refresh_token', page));
    expect(await failure(work)).toMatchObject({ code: 'bad_response', reason: 'not_json' });
  });

  it('is asked of no server that names no endpoint for it', async () => {
    const { destroy: _, ...endpoints } = oauth2().endpoints;
    const bare = { ...oauth2(), endpoints };
    const http = { fetch: strictFetch() };
    for (const work of [
      destroyAccessToken(bare, TOKEN, http),
      destroyGrant(bare, { refreshToken: TOKEN }, http),
    ])
      expect(await failure(work)).toMatchObject({ code: 'unsupported' });
  });

  it('knows no ids', async () => {
    const work = destroyGrant(oauth2(), { refreshTokenId: 'ee'.repeat(32) }, { fetch: strictFetch() });
    expect(await failure(work)).toMatchObject({ code: 'unsupported' });
  });

  it('fails with codes, so that it is tried again', async () => {
    const busy = revoke('refresh_token', new Response('', { status: 503 }));
    const work = destroyGrant(oauth2(), { refreshToken: TOKEN }, busy);
    expect(await failure(work)).toMatchObject({ code: 'server_unavailable' });
  });
});

describe('the profile', () => {
  const at = (answer: Response) => ({
    fetch: strictFetch({ url: `${ORIGIN}/me`, authorization: `Bearer ${TOKEN}`, answer }),
  });

  it('may have only a subject', async () => {
    expect(await fetchProfile(oauth2(), TOKEN, at(json({ sub: 'Ada|1' })))).toEqual({
      uid: 'Ada|1',
      sub: 'Ada|1',
    });
  });

  it('is refused for a token that is not valid there', async () => {
    const refused = fetchProfile(oauth2(), TOKEN, at(refusal(401, 'invalid_token')));
    expect(await failure(refused)).toMatchObject({ code: 'token_rejected' });
    const narrow = fetchProfile(oauth2(), TOKEN, at(refusal(403, 'insufficient_scope')));
    expect(await failure(narrow)).toMatchObject({ code: 'scope_denied' });
  });

  it('cannot be written', async () => {
    const work = setDisplayName(oauth2(), TOKEN, 'Ada', { fetch: strictFetch() });
    expect(await failure(work)).toMatchObject({ code: 'unsupported' });
  });
});
