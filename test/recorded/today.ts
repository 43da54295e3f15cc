// How answers of today differ from those recorded in 2023, each with where that is known from. All else must be the same.
import type { Comparable } from './compare.ts';
import { type Exchange } from './exchange.ts';
import { parametersOf } from './facts.ts';

type Members = Readonly<Record<string, unknown>>;

interface Difference {
  readonly source: string;
  readonly matches: (exchange: Exchange, expected: Comparable) => boolean;
  readonly apply: (expected: Comparable, exchange: Exchange) => Comparable;
}

const body = ({ body: members }: Comparable): Members => (typeof members === 'object' ? { ...members } : {});
const isAuthorization = ({ request }: Exchange) => request.path === '/v1/oauth/authorization';
const isProfile = ({ request }: Exchange) =>
  /^\/v1\/(?:profile|avatar|email|uid|display_name)/.test(request.path);

const DIFFERENCES: readonly Difference[] = [
  {
    source: 'lib/routes/oauth/authorization of 2026: an empty scope is an invalid parameter, and named',
    matches: (exchange) =>
      isAuthorization(exchange) && /^$|[^\w :/.-]/.test(parametersOf(exchange.request).scope ?? ''),
    apply: (expected) => ({
      ...expected,
      status: 400,
      body: {
        code: 400,
        errno: 107,
        error: 'Bad Request',
        message: 'Invalid parameter in request body',
        info: 'https://mozilla.github.io/ecosystem-platform/api#section/Response-format',
        validation: { source: 'payload', keys: ['scope'] },
      },
    }),
  },
  {
    source: 'the same: the answer names the scope granted',
    matches: (exchange, { status }) => isAuthorization(exchange) && status === 200,
    apply: (expected, { request }) => ({
      ...expected,
      body: { ...body(expected), scope: parametersOf(request).scope },
    }),
  },
  {
    source:
      'documentation of 2026: access tokens live a day at most; the recorded server was configured otherwise',
    matches: (_, expected) => body(expected).expires_in === 21_900,
    apply: (expected) => ({ ...expected, body: { ...body(expected), expires_in: 86_400 } }),
  },
  {
    source: 'hapi 21: the auth server answers preflights 200, and its source allows one more header',
    matches: (exchange, { status }) =>
      exchange.request.method === 'OPTIONS' &&
      status === 204 &&
      !isProfile(exchange) &&
      exchange.request.path.startsWith('/v1'),
    apply: (expected) => ({
      ...expected,
      status: 200,
      headers: {
        ...expected.headers,
        'access-control-allow-headers': `${expected.headers['access-control-allow-headers'] ?? ''},baggage`,
      },
    }),
  },
  {
    source: 'lib/oauth/routes/introspect of 2026: an access token of a sign-in tells how and when that was',
    matches: (exchange, expected) =>
      exchange.request.path === '/v1/introspect' && body(expected).token_type === 'access_token',
    apply: (expected) => ({
      ...expected,
      body: { ...body(expected), acr: 'AAL1', auth_time: '<number>', amr: ['pwd', 'email'] },
    }),
  },
  {
    source: 'the image host of a deployment tells types; that of a developer’s machine did not',
    matches: (_, { headers }) => headers['content-type'] === 'application/octet-stream',
    apply: ({ status, body: picture }) => ({
      status,
      headers: { 'content-type': 'image/png' },
      body: picture,
    }),
  },
];

/** What is expected of today, given what was recorded in 2023. */
export function expectedToday(expected: Comparable, exchange: Exchange): Comparable {
  return DIFFERENCES.filter(({ matches }) => matches(exchange, expected)).reduce(
    (now, { matches, apply }) => (matches(exchange, now) ? apply(now, exchange) : now),
    expected,
  );
}
