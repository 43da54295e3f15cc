import { describe, expect, it } from 'vitest';
import { fxaError, json, strictFetch, type ExpectedRequest } from '../../test/harness/fetch.ts';
import { introspect, verifyAccessToken } from './introspection.ts';
import { ACCESS_TOKEN, CLIENT_ID, ORIGIN, deployment, failure, oauth2 } from './testing/deployment.ts';

const refusal = (status: number, error: string) => json({ error }, status);

const NOW = 1_795_240_445_000;
const UID = 'ad'.repeat(16);
const DESCRIBED = {
  active: true,
  scope: 'openid profile',
  client_id: CLIENT_ID,
  token_type: 'access_token',
  iat: NOW - 60_000,
  exp: NOW + 60_000,
  sub: UID,
  jti: 'ee'.repeat(32),
};
const INTROSPECTED = {
  uid: UID,
  clientId: CLIENT_ID,
  scope: 'openid profile',
  issuedAt: NOW - 60_000,
  expiresAt: NOW + 60_000,
  id: 'ee'.repeat(32),
};
const VOUCHED = { user: UID, client_id: CLIENT_ID, scope: ['openid', 'profile'] };
const REFUSED_TOKEN = () => fxaError(400, 109, { validation: { source: 'payload', keys: ['token'] } });
const { endpoints } = deployment();

const request = (path: string, content: object, answer: ExpectedRequest['answer']): ExpectedRequest => ({
  method: 'POST',
  url: ORIGIN + path,
  body: { type: 'application/json', content: JSON.stringify(content) },
  answer,
});
const introspection = (answer: ExpectedRequest['answer']) =>
  request('/v1/introspect', { token: ACCESS_TOKEN }, answer);
const verification = (answer: ExpectedRequest['answer']) =>
  request('/v1/verify', { token: ACCESS_TOKEN }, answer);
const asking = (...all: ExpectedRequest[]) =>
  introspect(endpoints, ACCESS_TOKEN, { now: NOW }, { fetch: strictFetch(...all) });
const verifying = (answer: ExpectedRequest['answer']) =>
  verifyAccessToken(endpoints, ACCESS_TOKEN, { fetch: strictFetch(verification(answer)) });

describe('introspection', () => {
  it('returns the account, scope and times of a valid token', async () => {
    expect(await asking(introspection(json(DESCRIBED)))).toEqual(INTROSPECTED);
  });

  it('accepts times in seconds, too', async () => {
    const seconds = { ...DESCRIBED, iat: (NOW - 60_000) / 1000, exp: (NOW + 60_000) / 1000 };
    expect(await asking(introspection(json(seconds)))).toEqual(INTROSPECTED);
  });

  it('tells how the person signed in', async () => {
    const authTime = NOW / 1000 - 90;
    const signedIn = { ...DESCRIBED, acr: 'AAL2', amr: ['pwd', 'otp'], auth_time: authTime };
    expect(await asking(introspection(json(signedIn)))).toEqual({
      ...INTROSPECTED,
      acr: 'AAL2',
      amr: ['pwd', 'otp'],
      authenticatedAt: authTime * 1000,
    });
  });

  it.each([
    ['divided by 1000 once too often, as 2023 does', 1_795_240],
    ['in milliseconds', NOW],
    ['in the future', NOW / 1000 + 301],
    ['text', String(NOW / 1000)],
  ])('takes an auth_time for absent that is %s', async (_name, authTime) => {
    expect(await asking(introspection(json({ ...DESCRIBED, auth_time: authTime })))).toEqual(INTROSPECTED);
  });

  it.each([
    ['unknown', { active: false }],
    ['past its end, though called active as 2019 does', { ...DESCRIBED, exp: NOW }],
    ['past its end', { ...DESCRIBED, active: false, exp: NOW - 1 }],
    ['a refresh token', { ...DESCRIBED, token_type: 'refresh_token', exp: undefined }],
    ['a refresh token with an end', { ...DESCRIBED, token_type: 'refresh_token' }],
  ])('returns undefined for a token that is %s', async (_name, answer) => {
    expect(await asking(introspection(json(answer)))).toBeUndefined();
  });

  it.each([
    ['malformed', REFUSED_TOKEN],
    ['a refresh token of a confidential client', () => fxaError(400, 116)],
  ])('returns undefined for a token rejected as %s', async (_name, answer) => {
    expect(await asking(introspection(answer()))).toBeUndefined();
  });

  it('checks /v1/verify when a token is reported inactive before its expiry', async () => {
    const inverted = () => introspection(json({ ...DESCRIBED, active: false }));
    expect(await asking(inverted(), verification(json(VOUCHED)))).toEqual(INTROSPECTED);
    expect(await asking(inverted(), verification(fxaError(400, 108)))).toBeUndefined();
  });
});

describe('verification', () => {
  it('returns the account and scope of a valid token', async () => {
    expect(await verifying(json({ ...VOUCHED, profile_changed_at: 5, generation: 1 }))).toEqual({
      uid: UID,
      clientId: CLIENT_ID,
      scope: 'openid profile',
    });
    expect(await verifying(json({ ...VOUCHED, scope: [] }))).toMatchObject({ scope: '' });
  });

  it.each([
    ['unknown', () => fxaError(400, 108)],
    ['expired', () => fxaError(400, 115, { expiredAt: '2026-01-01T00:00:00.000Z' })],
    ['malformed', REFUSED_TOKEN],
  ])('returns undefined for a token that is %s', async (_name, answer) => {
    expect(await verifying(answer())).toBeUndefined();
  });
});

it.each([
  ['rate_limited', () => fxaError(429, 114)],
  ['server_unavailable', () => new Response('', { status: 502 })],
  ['server_unavailable', () => fxaError(503, 201)],
  ['misconfigured', () => fxaError(404, 999)],
  ['offline', () => new TypeError('Failed to fetch')],
  ['bad_response', () => new Response('<html>')],
  ['invalid_request', () => fxaError(415, 113)],
] as const)('never takes trouble for a verdict: %s', async (code, answer) => {
  expect(await failure(asking(introspection(answer())))).toMatchObject({ code });
  expect(await failure(verifying(answer()))).toMatchObject({ code });
});

it.each([
  { active: undefined },
  { active: 'true' },
  { sub: undefined },
  { sub: 'unknown' },
  { client_id: 7 },
  { scope: ['openid'] },
  { exp: undefined },
  { exp: '5' },
  { iat: -1 },
])('rejects an inconsistent introspection: %o', async (odd) => {
  const error = await failure(asking(introspection(json({ ...DESCRIBED, ...odd }))));
  expect(error.code).toBe('bad_response');
  expect(error.message).not.toContain(UID);
});

it.each([{ user: 'x' }, { client_id: undefined }, { scope: 5 }])(
  'refuses a verification that makes no sense: %o',
  async (odd) => {
    expect((await failure(verifying(json({ ...VOUCHED, ...odd })))).code).toBe('bad_response');
  },
);

describe('introspection at a server of the standards', () => {
  const endpoint = { ...oauth2().endpoints, introspect: `${ORIGIN}/token/introspection` };
  const TOKEN = 'BEuvLt-ljS7.oDF~1';
  const introspectThere = (answer: object, ...more: ExpectedRequest[]) => {
    const form = { token: TOKEN, token_type_hint: 'access_token', client_id: CLIENT_ID };
    const asked: ExpectedRequest = { method: 'POST', url: endpoint.introspect, form, answer: json(answer) };
    const fetch = strictFetch(asked, ...more);
    return introspect(endpoint, TOKEN, { now: NOW, clientId: CLIENT_ID }, { fetch });
  };
  const ACTIVE = {
    ...DESCRIBED,
    token_type: 'Bearer',
    sub: 'Ada|1',
    iat: NOW / 1000 - 60,
    exp: NOW / 1000 + 60,
  };

  it('names the client, and reads seconds and any subject', async () => {
    expect(await introspectThere(ACTIVE)).toEqual({ ...INTROSPECTED, uid: 'Ada|1' });
  });

  it('returns undefined for a token that is not active, whatever else is said', async () => {
    expect(await introspectThere({ active: false })).toBeUndefined();
    expect(await introspectThere({ ...ACTIVE, active: false })).toBeUndefined();
  });

  it.each(['bearer', 'BEARER'])(
    'reads the type %s in any case (RFC 6749, section 5.1)',
    async (token_type) => {
      expect(await introspectThere({ ...ACTIVE, token_type })).toMatchObject({ uid: 'Ada|1' });
    },
  );

  it.each(['refresh_token', 'DPoP', 'N_A', 7, null])('refuses a token of the type %j', async (token_type) => {
    expect(await introspectThere({ ...ACTIVE, token_type })).toBeUndefined();
  });

  it.each([
    ['accepts one that opens the profile', json({ sub: 'Ada|1' }), true],
    ['accepts one that has no scope for the profile', refusal(403, 'insufficient_scope'), true],
    ['refuses one that opens nothing, such as a refresh token', refusal(401, 'invalid_token'), false],
  ])('of tokens without a type, %s', async (_what, answer, isAccepted) => {
    const { token_type: _, ...untyped } = ACTIVE;
    const opening = { url: `${ORIGIN}/me`, authorization: `Bearer ${TOKEN}`, answer };
    expect((await introspectThere(untyped, opening)) !== undefined).toBe(isAccepted);
  });

  it('does not guess what a token without a type is while the profile cannot be asked', async () => {
    const { token_type: _, ...untyped } = ACTIVE;
    const answer = new Response('', { status: 503 });
    const down = { url: `${ORIGIN}/me`, authorization: `Bearer ${TOKEN}`, answer };
    expect(await failure(introspectThere(untyped, down))).toMatchObject({ code: 'server_unavailable' });
  });

  it('is asked of no server that names no endpoint for it', async () => {
    const { introspect: _, ...bare } = endpoint;
    const work = introspect(bare, TOKEN, { now: NOW }, { fetch: strictFetch() });
    expect(await failure(work)).toMatchObject({ code: 'unsupported' });
  });
});
