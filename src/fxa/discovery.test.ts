import { afterEach, describe, expect, it, vi } from 'vitest';
import { fxaError, json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { currentEndpoints, discover, endpointsFromDiscovery } from './discovery.ts';
import { knownEndpoints, mockServerEndpoints } from './environments.ts';
import { failure } from './testing/deployment.ts';

const ISSUER = 'https://accounts.firefox.com';
const WELL_KNOWN = `${ISSUER}/.well-known/openid-configuration`;

/** As served today; deployments of 2019 lack revocation and introspection. */
const TODAY = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorization`,
  token_endpoint: 'https://oauth.accounts.firefox.com/v1/token',
  userinfo_endpoint: 'https://profile.accounts.firefox.com/v1/profile',
  jwks_uri: 'https://oauth.accounts.firefox.com/v1/jwks',
  introspection_endpoint: 'https://oauth.accounts.firefox.com/v1/introspect',
  revocation_endpoint: 'https://oauth.accounts.firefox.com/v1/destroy',
  response_types_supported: ['code', 'token'],
};

afterEach(() => {
  vi.useRealTimers();
});

describe('endpointsFromDiscovery', () => {
  it('yields the known endpoints of production', () => {
    expect(endpointsFromDiscovery(ISSUER, TODAY)).toEqual(knownEndpoints('production'));
  });

  it('tells a server of the standards by its revocation endpoint', () => {
    const revocation_endpoint = `${ISSUER}/oidc/revocation`;
    const next = {
      ...TODAY,
      token_endpoint: `${ISSUER}/oidc/token`,
      revocation_endpoint,
      authorization_response_iss_parameter_supported: true,
    };
    expect(endpointsFromDiscovery(ISSUER, next)).toMatchObject({
      dialect: 'oauth2',
      issInCallback: true,
      destroy: revocation_endpoint,
      token: `${ISSUER}/oidc/token`,
    });
    for (const path of ['/v1/destroy', '/v1/oauth/destroy']) {
      const fxa = { ...TODAY, revocation_endpoint: `https://oauth.accounts.firefox.com${path}` };
      expect(endpointsFromDiscovery(ISSUER, fxa)).not.toHaveProperty('dialect');
    }
  });

  it('tells it by its token endpoint where it names no revocation, and derives nothing there', () => {
    const { revocation_endpoint: _, introspection_endpoint: __, ...bare } = TODAY;
    const token_endpoint = `${ISSUER}/oidc/token`;
    const { issuer, discovery, authorization, profile, jwks } = knownEndpoints('production');
    const found = {
      issuer,
      discovery,
      authorization,
      profile,
      jwks,
      token: token_endpoint,
      dialect: 'oauth2',
    };
    expect(endpointsFromDiscovery(ISSUER, { ...bare, token_endpoint })).toEqual(found);
    const destroy = `${ISSUER}/oidc/revocation`;
    const named = { ...bare, token_endpoint, revocation_endpoint: destroy };
    expect(endpointsFromDiscovery(ISSUER, named)).toEqual({ ...found, destroy });
  });

  it('derives endpoints that an older document lacks', () => {
    const { issuer, token_endpoint, userinfo_endpoint } = TODAY;
    const bare = { issuer, token_endpoint, userinfo_endpoint };
    expect(endpointsFromDiscovery(ISSUER, bare)).toEqual(knownEndpoints('production'));
    expect(endpointsFromDiscovery(ISSUER, { ...bare, jwks_uri: null })).toEqual(knownEndpoints('production'));
  });

  it('derives from /v1/oauth/token only destroy in the same family', () => {
    const { issuer, authorization_endpoint, userinfo_endpoint } = TODAY;
    const token_endpoint = 'https://api.example/v1/oauth/token';
    expect(
      endpointsFromDiscovery(ISSUER, { issuer, authorization_endpoint, userinfo_endpoint, token_endpoint }),
    ).toMatchObject({
      token: 'https://api.example/v1/oauth/token',
      destroy: 'https://api.example/v1/oauth/destroy',
      introspect: 'https://api.example/v1/introspect',
      verify: 'https://api.example/v1/verify',
      jwks: 'https://api.example/v1/jwks',
    });
  });

  it.each([
    [ISSUER, `${ISSUER}/`],
    [`${ISSUER}/`, ISSUER],
    [`${ISSUER}/`, `${ISSUER}/`],
  ])('ignores a trailing slash: %s and %s', (configured, issuer) => {
    expect(endpointsFromDiscovery(configured, { ...TODAY, issuer }).issuer).toBe(ISSUER);
  });

  it.each([
    'https://accounts.firefox.com.evil.example',
    'https://ACCOUNTS.firefox.com',
    `${ISSUER}//`,
    'http://accounts.firefox.com',
    '',
    undefined,
    null,
  ])('rejects a document of %s', async (issuer) => {
    const failed = await failure(() => endpointsFromDiscovery(ISSUER, { ...TODAY, issuer }));
    expect(failed).toMatchObject({ code: 'bad_response', reason: 'discovery_issuer' });
  });

  it.each([
    ['a missing token_endpoint', { token_endpoint: undefined }],
    ['a missing userinfo_endpoint', { userinfo_endpoint: undefined }],
    ['plain http', { jwks_uri: 'http://oauth.accounts.firefox.com/v1/jwks' }],
    ['another type', { revocation_endpoint: 7 }],
    ['a token_endpoint that is no guide', { token_endpoint: 'https://oauth.example/t' }],
  ])('rejects %s', async (_what, change) => {
    const failed = await failure(() => endpointsFromDiscovery(ISSUER, { ...TODAY, ...change }));
    expect(failed).toMatchObject({ code: 'bad_response', reason: 'discovery' });
  });

  it.each([null, undefined, 'text', 7])('rejects %s as a document', async (document) => {
    expect(await failure(() => endpointsFromDiscovery(ISSUER, document))).toMatchObject({
      code: 'bad_response',
    });
  });

  it.each(['http://accounts.firefox.com', 'accounts.firefox.com', `${ISSUER}?x=1`, `${ISSUER}#x`, ''])(
    'refuses the issuer %s itself',
    async (issuer) => {
      const failed = await failure(() => endpointsFromDiscovery(issuer, { ...TODAY, issuer }));
      expect(failed).toMatchObject({ code: 'misconfigured', parameter: 'issuer' });
    },
  );
});

describe('discover', () => {
  it('fetches the well-known URL, with or without a trailing slash in the issuer', async () => {
    for (const issuer of [ISSUER, `${ISSUER}/`]) {
      const fetch = strictFetch({ url: WELL_KNOWN, answer: json(TODAY) });
      expect(await discover(issuer, { fetch })).toEqual(knownEndpoints('production'));
    }
  });

  it.each(['https://accounts.example/fxa', 'https://accounts.example/fxa/'])(
    'finds the issuer %s with a path, whichever slash its document has',
    async (issuer) => {
      for (const named of ['https://accounts.example/fxa', 'https://accounts.example/fxa/']) {
        const url = 'https://accounts.example/fxa/.well-known/openid-configuration';
        const fetch = strictFetch({ url, answer: json({ ...TODAY, issuer: named }) });
        expect(await discover(issuer, { fetch })).toMatchObject({ issuer: 'https://accounts.example/fxa' });
      }
    },
  );

  it('reports a URL without a discovery document', async () => {
    const fetch = strictFetch({ url: WELL_KNOWN, answer: fxaError(404, 999) });
    expect(await failure(discover(ISSUER, { fetch }))).toMatchObject({ code: 'misconfigured', status: 404 });
  });

  it('sends no request to an insecure issuer', async () => {
    expect(await failure(discover('http://accounts.firefox.com', { fetch: strictFetch() }))).toMatchObject({
      code: 'misconfigured',
    });
  });
});

describe('currentEndpoints', () => {
  const issuer = 'http://127.0.0.1:9720';
  const endpoints = mockServerEndpoints(issuer);
  const check = (answer: ExpectedRequest['answer'], timeout?: number) =>
    currentEndpoints(endpoints, { fetch: strictFetch({ url: endpoints.discovery, answer }), timeout });

  it('are what the server names', async () => {
    const moved = {
      issuer,
      token_endpoint: `${issuer}/v2/v1/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
    };
    expect(await check(json(moved))).toMatchObject({
      token: `${issuer}/v2/v1/token`,
      profile: `${issuer}/userinfo`,
    });
  });

  it.each([
    ['another JSON object', json({})],
    ['the document of another issuer', json(TODAY)],
    ['a refusal of this one document', new Response('<h1>Forbidden</h1>', { status: 403 })],
    ['a server that has no such document', fxaError(404, 999)],
  ])('are the known ones after %s', async (_what, answer) => {
    expect(await check(answer)).toEqual(endpoints);
  });

  it.each([
    ['offline', new TypeError('Failed to fetch')],
    ['server_unavailable', new Response('<h1>Bad gateway</h1>', { status: 502 })],
    ['rate_limited', fxaError(429, 114, { retryAfter: 30 })],
    ['bad_response', new Response('<h1>Welcome to our hotel</h1>')],
  ])('throws %s', async (code, answer) => {
    expect(await failure(check(answer))).toMatchObject({ code });
  });

  it('waits five seconds at most, even with a longer timeout', async () => {
    vi.useFakeTimers();
    const failed = failure(check('silence', 60_000));
    await vi.advanceTimersByTimeAsync(5000);
    expect(await failed).toMatchObject({ code: 'server_unavailable' });
  });
});
