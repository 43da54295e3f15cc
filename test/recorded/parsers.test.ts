// What the real servers of 2019 answered, read by our protocol: every recorded answer to a call that we make.
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/fxa/error-table.ts';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import type { Deployment } from '../../src/fxa/environments.ts';
import { isFxaError } from '../../src/fxa/errors.ts';
import { requestJson } from '../../src/fxa/http.ts';
import { verifyIdToken } from '../../src/fxa/id-token.ts';
import { parseProfile } from '../../src/fxa/profile.ts';
import { validateGrant, refreshTokenId } from '../../src/fxa/tokens.ts';
import { EXCHANGES } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { parametersOf } from './facts.ts';

const ORIGIN = 'http://127.0.0.1:9010';
const deployment: Deployment = {
  name: 'custom',
  endpoints: mockServerEndpoints(ORIGIN),
  clientId: 'a1b2c3d4e5f60001',
};
const offline = { fetch: () => Promise.reject(new TypeError('no network here')) };

/** What each error answer comes to, by the number of the exchange: our code, and our reason where there is one. */
const ERRORS: Record<number, string> = {
  8: 'misconfigured',
  32: 'bad_response code_refused',
  34: 'bad_response code_refused',
  36: 'bad_response code_refused',
  38: 'invalid_request',
  40: 'invalid_request',
  42: 'invalid_request',
  44: 'invalid_request',
  46: 'invalid_request',
  52: 'misconfigured',
  54: 'invalid_request',
  56: 'invalid_request',
  58: 'invalid_request',
  60: 'bad_response refused',
  62: 'misconfigured',
  68: 'scope_denied',
  70: 'scope_denied',
  72: 'reauth_required',
  74: 'invalid_request',
  76: 'misconfigured',
  80: 'bad_response not_json',
  82: 'token_rejected',
  84: 'token_rejected',
  86: 'token_rejected',
  94: 'token_rejected',
  106: 'bad_response token_unknown',
  114: 'bad_response token_unknown',
  118: 'bad_response token_unknown',
  120: 'invalid_request',
  122: 'invalid_request',
  124: 'bad_response token_unknown',
  126: 'invalid_request',
  140: 'reauth_required',
  144: 'bad_response code_refused',
};

const CALLS: readonly [path: RegExp, call: Call][] = [
  [/^\/v1\/(oauth\/)?token$/, 'exchange'],
  [/^\/v1\/destroy$/, 'destroy'],
  [/^\/v1\/profile$/, 'profile'],
  [/^\/v1\/jwks$/, 'keys'],
  [/^\/\.well-known\//, 'discovery'],
];

function callOf({ request }: Exchange): Call | undefined {
  if (request.method === 'OPTIONS') return undefined;
  if (/grant_type[=":]+refresh_token/.test(request.body)) return 'refresh';
  return CALLS.find(([path]) => path.test(request.path))?.[1];
}

/** The recorded answer, as our funnel to the network sees it. */
async function replay(exchange: Exchange, call: Call): Promise<Readonly<Record<string, unknown>>> {
  const { status, headers, body } = exchange.response;
  const answer = new Response(body === '' ? null : body, {
    status,
    headers: { 'content-type': headers['content-type'] ?? '' },
  });
  const fetch = () => Promise.resolve(answer);
  return requestJson({ fetch }, call, ORIGIN + exchange.request.path, { method: 'GET' });
}

const ours = EXCHANGES.flatMap((exchange) => {
  const call = callOf(exchange);
  return call === undefined ? [] : [{ ...exchange, call, good: exchange.response.status === 200 }];
});

describe('error answers', () => {
  const errors = ours.filter(({ good }) => !good);

  it.each(errors)('$n, $title', async (exchange) => {
    const failed: unknown = await replay(exchange, exchange.call).catch((error: unknown) => error);
    if (!isFxaError(failed)) throw new Error('it was taken for a success');
    expect([failed.code, failed.reason].filter((part) => part !== undefined).join(' ')).toBe(
      ERRORS[exchange.n],
    );
  });

  it('leaves none of the table out', () => {
    expect(errors.map(({ n }) => String(n))).toEqual(Object.keys(ERRORS));
  });
});

describe('good answers', () => {
  const good = ours.filter((exchange) => exchange.good);
  const of = (...calls: Call[]) => good.filter(({ call }) => calls.includes(call));

  it.each(of('exchange', 'refresh'))('$n, $title: tokens', async (exchange) => {
    const answer = await replay(exchange, exchange.call);
    const grant = await validateGrant(deployment, answer, { now: 0, requireIdToken: false }, offline);
    expect(grant.accessToken).toMatch(/^[0-9a-f]{64}$/);
    expect(grant.expiresIn).toBe(answer.expires_in);
    expect('refreshTokenId' in grant).toBe(exchange.call === 'exchange');
  });

  it.each(of('profile'))('$n, $title: a profile', async (exchange) => {
    const answer = await replay(exchange, exchange.call);
    expect(parseProfile(answer)).toEqual(answer);
  });

  it.each(of('destroy'))('$n, $title: destroyed', async (exchange) => {
    expect(await replay(exchange, exchange.call)).toEqual({});
  });

  it.each(of('keys'))('$n, $title: a key set that can be used', async (exchange) => {
    const keySource = () => replay(exchange, 'keys');
    const header = btoa(JSON.stringify({ alg: 'RS256', kid: '2026-11-21-5ae7460120906e41bd695dd53745b9d6' }));
    const token = `${header.replaceAll('=', '')}.e30.AAAA`;
    const work = verifyIdToken(deployment, token, { accessToken: 'x', now: 0, keySource }, offline);
    await expect(work).rejects.toMatchObject({ reason: 'id_token_signature' });
  });

  it('are all looked at', () => {
    expect(of('exchange', 'refresh', 'profile', 'destroy', 'keys')).toHaveLength(good.length);
  });
});

// The servers name a token by an id they never give to a public client; introspection shows it.
const INTROSPECTED = EXCHANGES.filter(
  ({ request, response }) => request.path === '/v1/introspect' && response.body.includes('"jti"'),
);

it.each(INTROSPECTED)(
  'exchange $n: the id computed from a token is the one the server knows it by',
  async (exchange) => {
    const { token = '' } = parametersOf(exchange.request);
    const { jti } = JSON.parse(exchange.response.body) as { jti: string };
    expect(await refreshTokenId(token)).toBe(jti);
  },
);

it('which was recorded for access and refresh tokens', () => {
  expect(INTROSPECTED.map(({ response }) => /"token_type":"(\w+)"/.exec(response.body)?.[1])).toEqual(
    expect.arrayContaining(['access_token', 'refresh_token']),
  );
});
