// How answers of today differ from those recorded in 2023, each with where that is known from. All else must be the same.
import { collapse, covers, uncovered, without } from '../../src/mock-accounts/scope-set.ts';
import type { Comparable, TokenForm } from './compare.ts';
import { type Exchange } from './exchange.ts';
import {
  authenticationIn,
  authenticationOf,
  bearerOf,
  claimsIn,
  clientIdOf,
  type Facts,
  parametersOf,
} from './facts.ts';
import { HINTS, isRefusedBy } from './hints.ts';
import { REFUSED_SCOPE } from './seed-tokens.ts';
import { answerForGone, isProfile, refusedByAuth, shortHeaders } from './today-answers.ts';

type Members = Readonly<Record<string, unknown>>;

interface Difference {
  readonly source: string;
  readonly matches: (exchange: Exchange, expected: Comparable, facts: Facts) => boolean;
  readonly apply: (expected: Comparable, exchange: Exchange, facts: Facts) => Comparable;
}

const body = ({ body: members }: Comparable): Members => (typeof members === 'object' ? { ...members } : {});
const isAuthorization = ({ request }: Exchange) => request.path === '/v1/oauth/authorization';

const isTokenRequest = ({ request }: Exchange) => /^\/v1\/(?:oauth\/)?token$/.test(request.path);

/** Seconds. */
const DAY = 86_400;
const lifeOf = ({ request }: Exchange) => Math.min(DAY, Number(parametersOf(request).ttl ?? DAY));

/** The first member that is wrong by today's source. That of 2023 knew neither `max_age` nor `prompt`. */
function wrongMember({ request }: Exchange): string | undefined {
  const { scope = '', max_age: maxAge, prompt }: Members = parametersOf(request);
  if (!/^[\w :/.-]{1,256}$/.test(String(scope))) return 'scope';
  if (maxAge !== undefined && maxAge !== null && !/^\d+$/.test(String(maxAge))) return 'max_age';
  return [undefined, 'none', 'login', 'consent'].includes(prompt as string | undefined)
    ? undefined
    : 'prompt';
}

/** Whether the request carries a JWT that is vouched for, whatever became of the person's grants. */
function isVouchedFor({ request }: Exchange): boolean {
  const claims = claimsIn(parametersOf(request).token ?? bearerOf(request));
  return claims !== undefined && Number(claims.exp) - Number(claims.iat) <= 21_600;
}

/** The scope that a refused refresh wanted beyond what it had. */
function wantedBeyond({ request }: Exchange, facts: Facts): string {
  const { scope = '', refresh_token: token = '' } = parametersOf(request);
  return uncovered(scope, facts.tokens.get(token)?.scope ?? REFUSED_SCOPE).join(' ');
}

/** What is expected of a JWT access token of a sign-in today, given the form of one of 2023; any other token stays. */
export function jwtToday(form: TokenForm, aal = 1): TokenForm {
  if (form.header.typ !== 'at+JWT') return form;
  // An instant in seconds has ten digits.
  return { ...form, claims: { ...form.claims, acr: `AAL${aal}`, auth_time: '<number>' }, digits: 10 };
}

const DIFFERENCES: readonly Difference[] = [
  {
    source:
      'lib/routes/oauth/authorization and validators of 2026: what of a request is wrong is looked at, and named',
    matches: (exchange) =>
      isAuthorization(exchange) && !isRefusedBy(exchange, 110) && wrongMember(exchange) !== undefined,
    apply: (expected, exchange) => ({
      ...expected,
      status: 400,
      body: refusedByAuth(107, 'Invalid parameter in request body', {
        validation: { source: 'payload', keys: [wrongMember(exchange)] },
      }),
    }),
  },
  {
    source: 'the same: the answer names the scope granted',
    matches: (exchange, { status }) => isAuthorization(exchange) && status === 200,
    apply: (expected, { request }) => ({
      ...expected,
      body: { ...body(expected), scope: collapse(parametersOf(request).scope ?? '') },
    }),
  },
  {
    source:
      'documentation of 2026: access tokens live a day at most; the recorded server was configured otherwise',
    matches: (_, expected) => body(expected).expires_in === 21_900,
    apply: (expected, exchange) => {
      const { access_token: token, ...rest } = body(expected);
      const life = lifeOf(exchange);
      const isJwt = typeof token === 'object';
      const longer = isJwt ? { ...token, life } : token;
      return { ...expected, body: { ...rest, access_token: longer, expires_in: life } };
    },
  },
  {
    source: 'the same: a level that is missing is answered with the one found',
    matches: (exchange) =>
      isRefusedBy(exchange, 170) && /\bAAL2\b/.test(String(parametersOf(exchange.request).acr_values)),
    apply: (expected) => ({ ...expected, body: { ...body(expected), foundValue: '1' } }),
  },
  {
    source: 'lib/oauth/db of 2026: a reset of the password removes all tokens and codes',
    matches: (exchange, { status }) =>
      HINTS.passwordReset.test(exchange.title) &&
      (status === 200 || isRefusedBy(exchange, 116)) &&
      answerForGone(exchange) !== undefined &&
      !isVouchedFor(exchange),
    apply: (expected, exchange) => {
      const gone = answerForGone(exchange) ?? {};
      return { status: Number(gone.code ?? 200), headers: shortHeaders(expected), body: gone };
    },
  },
  {
    source: 'lib/oauth/grant of 2026: a trusted client may widen its scope at a refresh to all it is allowed',
    matches: (exchange, _, facts) => {
      const client = facts.clients.find(({ id }) => id === clientIdOf(exchange.request));
      return (
        isTokenRequest(exchange) &&
        isRefusedBy(exchange, 114, 163) &&
        client?.trusted === true &&
        covers(client.allowedScopes ?? '', wantedBeyond(exchange, facts))
      );
    },
    apply: (expected, exchange) => ({
      ...expected,
      status: 200,
      body: {
        access_token: '<64 hex>',
        token_type: 'bearer',
        scope: without(collapse(parametersOf(exchange.request).scope ?? ''), 'openid'),
        expires_in: lifeOf(exchange),
      },
    }),
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
    apply: (expected, { request }, facts) => {
      const remembered = authenticationOf(facts, parametersOf(request).token ?? '');
      if (remembered === undefined) return expected;
      const { amr, aal } = remembered;
      return { ...expected, body: { ...body(expected), acr: `AAL${aal}`, auth_time: '<number>', amr } };
    },
  },
  {
    source: 'lib/oauth/jwt_access_token of 2026: so does a JWT',
    matches: (exchange, expected) =>
      isTokenRequest(exchange) &&
      typeof body(expected).access_token === 'object' &&
      'auth_at' in body(expected),
    apply: (expected, { response }) => {
      const { access_token: token } = body(expected);
      const { id_token: idToken } = JSON.parse(response.body) as Members;
      return {
        ...expected,
        body: {
          ...body(expected),
          access_token: jwtToday(token as TokenForm, authenticationIn(idToken).aal),
        },
      };
    },
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
export function expectedToday(expected: Comparable, exchange: Exchange, facts: Facts): Comparable {
  return DIFFERENCES.filter(({ matches }) => matches(exchange, expected, facts)).reduce(
    (now, { matches, apply }) => (matches(exchange, now, facts) ? apply(now, exchange, facts) : now),
    expected,
  );
}
