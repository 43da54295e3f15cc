import { describe, expect, it } from 'vitest';
import { fxaError, json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { destroyAccessToken, destroyGrant } from './destroy.ts';
import {
  ACCESS_TOKEN,
  CLIENT_ID,
  ORIGIN,
  REFRESH_TOKEN,
  authFamily,
  deployment,
  failure,
} from './testing/deployment.ts';

const ID = 'ee'.repeat(32);
const at = (path: string, members: Record<string, string>, answer: ExpectedRequest['answer'] = json({})) => {
  const body = { type: 'application/json', content: JSON.stringify(members) };
  return { fetch: strictFetch({ method: 'POST', url: ORIGIN + path, body, answer }) };
};

describe('at /v1/destroy, as JSON with a single member', () => {
  it('destroys an access token', async () => {
    const http = at('/v1/destroy', { token: ACCESS_TOKEN });
    expect(await destroyAccessToken(deployment(), ACCESS_TOKEN, http)).toBe('destroyed');
  });

  it('destroys a grant by its token', async () => {
    const http = at('/v1/destroy', { refresh_token: REFRESH_TOKEN });
    expect(await destroyGrant(deployment(), { refreshToken: REFRESH_TOKEN }, http)).toBe('destroyed');
  });

  it('destroys a grant by its id', async () => {
    const http = at('/v1/destroy', { refresh_token_id: ID });
    expect(await destroyGrant(deployment(), { refreshTokenId: ID }, http)).toBe('destroyed');
  });

  it('reports an unknown token', async () => {
    const http = at('/v1/destroy', { token: ACCESS_TOKEN }, fxaError(400, 108));
    expect(await destroyAccessToken(deployment(), ACCESS_TOKEN, http)).toBe('unknown');
  });
});

describe('at /v1/oauth/destroy', () => {
  it('destroys either kind as `token`, with the client id', async () => {
    const access = at('/v1/oauth/destroy', { client_id: CLIENT_ID, token: ACCESS_TOKEN });
    expect(await destroyAccessToken(authFamily(), ACCESS_TOKEN, access)).toBe('destroyed');
    const refresh = at('/v1/oauth/destroy', { client_id: CLIENT_ID, token: REFRESH_TOKEN });
    expect(await destroyGrant(authFamily(), { refreshToken: REFRESH_TOKEN }, refresh)).toBe('destroyed');
  });

  it('uses /v1/destroy for an id, which only that endpoint accepts', async () => {
    const http = at('/v1/destroy', { refresh_token_id: ID }, fxaError(400, 108));
    expect(await destroyGrant(authFamily(), { refreshTokenId: ID }, http)).toBe('unknown');
  });
});

it.each([
  ['invalid_request', fxaError(400, 109, { validation: { source: 'payload', keys: ['token'] } })],
  ['rate_limited', fxaError(429, 114)],
  ['server_unavailable', new Response('', { status: 502 })],
  ['offline', new TypeError('Failed to fetch')],
  ['bad_response', new Response('<html>')],
])('throws %s, since the token may still be valid', async (code, answer) => {
  const http = at('/v1/destroy', { token: ACCESS_TOKEN }, answer);
  expect(await failure(destroyAccessToken(deployment(), ACCESS_TOKEN, http))).toMatchObject({ code });
});
