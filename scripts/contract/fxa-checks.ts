// What the product relies on of Mozilla accounts' own API, without an account: requests with made-up tokens, which
// change nothing. `n` is the number of a recorded exchange in test/recorded: exchanges.json (2019), exchanges-2023.json.
import { isAuthFamily } from '../../src/fxa/error-table.ts';
import type { AllEndpoints } from '../../src/fxa/environments.ts';
import { form, json } from './answer.ts';
import { CORS_ADVICE, madeUp, registrationAdvice, signInPage, VERIFIER } from './common-checks.ts';
import { errno, member, preflightAllows, readableFrom, status, webPage, type Check } from './evaluate.ts';
import type { BrowserClient } from './settings.ts';

const ERROR_ADVICE =
  'The extension acts by these numbers (src/fxa/error-table.ts): record the new answer, and change the table.';

/** Once for each browser's client. */
export async function fxaClientChecks(
  endpoints: AllEndpoints,
  client: BrowserClient,
): Promise<readonly Check[]> {
  const { browser, config, redirectUri } = client;
  const group = `Client, ${browser}`;
  const { clientId } = config;
  const [unknownCode, invalid] = isAuthFamily(endpoints.token) ? [172, 107] : [105, 109];
  const exchange = { client_id: clientId, grant_type: 'authorization_code', code_verifier: VERIFIER };
  return [
    {
      group,
      name: 'is registered, with its redirect URI',
      request: { method: 'GET', url: endpoints.token.replace(/token$/, `client/${clientId}`) },
      expect: [
        status(200),
        member('the redirect URI is listed', ({ redirect_uri: listed }) =>
          String(listed).split(',').includes(redirectUri),
        ),
      ],
      knownFrom: 'recorded: 2019 n 2, 2023 n 4',
      advice: registrationAdvice(redirectUri),
    },
    {
      group,
      name: 'is public: a code needs no secret',
      request: form(endpoints.token, { ...exchange, code: madeUp() }),
      expect: [status(400), errno(unknownCode)],
      knownFrom: 'recorded: 2019 n 32 and 144, 2023 n 78',
      advice:
        'The client must be a public one, with PKCE. 101 and 162: unknown; 102, 116, 166 and 171: not public.',
    },
    {
      group,
      name: 'a malformed code',
      request: form(endpoints.token, { ...exchange, code: 'nope' }),
      expect: [status(400), errno(invalid)],
      knownFrom: 'recorded: 2019 n 56, 2023 n 106',
      advice: ERROR_ADVICE,
    },
    {
      group,
      name: 'the sign-in page opens',
      request: await signInPage(endpoints, client),
      expect: [status(200), webPage],
      knownFrom: 'recorded: 2023, section Q',
      advice: 'Open the sign-in page in a browser. If it works there, something treats programs differently.',
    },
  ];
}

/** Once for each browser's origin. */
export function fxaCorsChecks(
  { token, destroy, profile }: AllEndpoints,
  client: BrowserClient,
): readonly Check[] {
  const { browser, origin, config } = client;
  const group = `CORS, ${browser}`;
  const preflight = (name: string, url: string, method: 'GET' | 'POST', header: string): Check => ({
    group,
    name: `before ${name}`,
    request: {
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': header },
    },
    expect: [status(200, 204), preflightAllows(origin, header)],
    knownFrom: 'recorded: 2019 n 130 and 134, 2023 n 306, 312 and 318',
    advice: CORS_ADVICE,
  });
  return [
    preflight('a token request', token, 'POST', 'content-type'),
    preflight('destroying, as JSON', destroy, 'POST', 'content-type'),
    preflight('the profile', profile, 'GET', 'authorization'),
    {
      group,
      name: 'an error can be read',
      request: form(token, refreshWith(config.clientId, madeUp()), { origin }),
      expect: [status(400, 401), readableFrom(origin)],
      knownFrom: 'recorded: 2023 n 324',
      advice: CORS_ADVICE,
    },
    {
      group,
      name: 'a rejected token can be read',
      request: { method: 'GET', url: profile, headers: { origin, authorization: `Bearer ${madeUp()}` } },
      expect: [status(401), errno(100), readableFrom(origin)],
      knownFrom: 'recorded: 2019 n 84, 2023 n 158',
      advice: CORS_ADVICE,
    },
  ];
}

/** Of the deployment, whichever the client. */
export function fxaServerChecks(endpoints: AllEndpoints, clientId: string): readonly Check[] {
  const { token, destroy, introspect, verify } = endpoints;
  const tokens = 'Token errors';
  const ends = 'Destroy, as JSON';
  const known = 'Checking tokens';
  // FxA: the two families of paths have numbers of their own.
  const [dead, deadStatus, invalid, noClient] = isAuthFamily(token)
    ? [110, 401, 107, 162]
    : [108, 400, 109, 101];
  const unknown = isAuthFamily(destroy) ? [status(200)] : [status(400), errno(108)];
  const named = isAuthFamily(destroy) ? { client_id: clientId } : {};
  // FxA: ids are taken by `/v1/destroy` alone.
  const byId = destroy.replace('/v1/oauth/', '/v1/');
  const checks: readonly Omit<Check, 'advice'>[] = [
    {
      group: tokens,
      name: 'a refresh token that is gone',
      request: form(token, refreshWith(clientId, madeUp())),
      expect: [status(deadStatus), errno(dead)],
      knownFrom: 'recorded: 2019 n 140, 2023 n 276 and 324. The only answer that ends a session',
    },
    {
      group: tokens,
      name: 'a malformed refresh token',
      request: form(token, refreshWith(clientId, 'nope')),
      expect: [status(400), errno(invalid)],
      knownFrom: 'recorded: 2019 n 74, 2023 n 132 and 280. Must not end a session',
    },
    {
      group: tokens,
      name: 'an unknown client',
      request: form(token, refreshWith('ffffffffffffffff', madeUp())),
      expect: [status(400), errno(noClient)],
      knownFrom: 'recorded: 2019 n 52 and 76',
    },
    {
      group: ends,
      name: 'an unknown access token',
      request: json(destroy, { ...named, token: madeUp() }),
      expect: unknown,
      knownFrom: 'recorded: 2019 n 124, 2023 n 242 and 252',
    },
    {
      group: ends,
      name: 'an unknown refresh token, by its id',
      request: json(byId, { refresh_token_id: madeUp() }),
      expect: [status(400), errno(108)],
      knownFrom: 'recorded: 2019 n 114 and 128, 2023 n 246',
    },
    {
      group: ends,
      name: 'a body without a token',
      request: json(byId, {}),
      expect: [status(400), errno(109)],
      knownFrom: 'recorded: 2019 n 126, 2023 n 244',
    },
    {
      group: known,
      name: 'verify: an unknown token',
      request: json(verify, { token: madeUp() }),
      expect: [status(400), errno(108)],
      knownFrom: 'recorded: 2019 n 108, 2023 n 202',
    },
    {
      group: known,
      name: 'introspect: an unknown token',
      request: json(introspect, { token: madeUp() }),
      expect: [status(200), member('active is false', ({ active }) => active === false)],
      knownFrom: 'recorded: 2019 n 102, 2023 n 216',
    },
  ];
  return checks.map((check) => ({ ...check, advice: ERROR_ADVICE }));
}

const refreshWith = (clientId: string, refreshToken: string) => ({
  client_id: clientId,
  grant_type: 'refresh_token',
  refresh_token: refreshToken,
});
