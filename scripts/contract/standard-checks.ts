// What the product relies on of a server of the OAuth standards (`dialect: 'oauth2'`), without an account.
import type { AllEndpoints } from '../../src/fxa/environments.ts';
import { form } from './answer.ts';
import { CORS_ADVICE, madeUp, registrationAdvice, signInPage, VERIFIER } from './common-checks.ts';
import { member, oauthError, preflightAllows, readableFrom, status, type Check } from './evaluate.ts';
import type { BrowserClient } from './settings.ts';

const ERROR_ADVICE =
  'The extension acts by these codes (src/fxa/error-table.ts): tell the operators what came.';

/** Once for each browser's client. */
export async function standardClientChecks(
  endpoints: AllEndpoints,
  client: BrowserClient,
): Promise<readonly Check[]> {
  const { browser, config, redirectUri } = client;
  const group = `Client, ${browser}`;
  const other = { ...client, redirectUri: 'https://not-registered.invalid/' };
  return [
    {
      group,
      name: 'is registered, with its redirect URI',
      request: await signInPage(endpoints, client),
      expect: [status(200, 302, 303)],
      knownFrom: 'RFC 6749, section 3.1.2.4',
      advice: registrationAdvice(redirectUri),
    },
    {
      group,
      name: 'another redirect URI is refused',
      request: await signInPage(endpoints, other),
      expect: [status(400, 401, 403)],
      knownFrom: 'RFC 6749, section 4.1.2.1',
      advice: 'Codes must never go to an address that is not registered: tell the operators.',
    },
    {
      group,
      name: 'is public: a code needs no secret',
      request: form(endpoints.token, {
        client_id: config.clientId,
        grant_type: 'authorization_code',
        code: madeUp(),
        code_verifier: VERIFIER,
        redirect_uri: redirectUri,
      }),
      expect: [status(400), oauthError('invalid_grant')],
      knownFrom: 'RFC 6749, section 5.2',
      advice: 'The client must be a public one, without a secret (token_endpoint_auth_method "none").',
    },
  ];
}

/** Once for each browser's origin. */
export function standardCorsChecks(endpoints: AllEndpoints, client: BrowserClient): readonly Check[] {
  const { browser, origin, config } = client;
  const group = `CORS, ${browser}`;
  return [
    {
      group,
      name: 'an error can be read',
      request: form(endpoints.token, refreshWith(config.clientId), { origin }),
      expect: [status(400), readableFrom(origin)],
      knownFrom: 'Fetch, section 3.2.3. node-oidc-provider: clientBasedCORS must let the extension in',
      advice: CORS_ADVICE,
    },
    {
      group,
      name: 'before the profile',
      request: {
        method: 'OPTIONS',
        url: endpoints.profile,
        headers: {
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      },
      expect: [status(200, 204), preflightAllows(origin, 'authorization')],
      knownFrom: 'Fetch, section 4.8',
      advice: CORS_ADVICE,
    },
  ];
}

/** Of the deployment, whichever the client. */
export function standardServerChecks(endpoints: AllEndpoints, clientId: string): readonly Check[] {
  const checks: readonly Omit<Check, 'advice'>[] = [
    {
      group: 'Token errors',
      name: 'a refresh token that is gone',
      request: form(endpoints.token, refreshWith(clientId)),
      expect: [status(400), oauthError('invalid_grant')],
      knownFrom: 'RFC 6749, section 5.2. The only answer that ends a session',
    },
    {
      group: 'Token errors',
      name: 'an unknown client',
      request: form(endpoints.token, refreshWith('ffffffffffffffff')),
      expect: [status(400, 401), oauthError('invalid_client')],
      knownFrom: 'RFC 6749, section 5.2',
    },
    {
      group: 'Revoking',
      name: 'an unknown token',
      request: form(endpoints.destroy, { client_id: clientId, token: madeUp() }),
      expect: [status(200)],
      knownFrom: 'RFC 7009, section 2.2',
    },
    {
      group: 'Checking tokens',
      name: 'introspect: an unknown token',
      request: form(endpoints.introspect, { client_id: clientId, token: madeUp() }),
      expect: [status(200), member('active is false', ({ active }) => active === false)],
      knownFrom: 'RFC 7662, section 2.2',
    },
    {
      group: 'Checking tokens',
      name: 'the profile refuses an unknown token',
      request: { method: 'GET', url: endpoints.profile, headers: { authorization: `Bearer ${madeUp()}` } },
      expect: [status(401)],
      knownFrom: 'RFC 6750, section 3.1',
    },
  ];
  return checks.map((check) => ({ ...check, advice: ERROR_ADVICE }));
}

const refreshWith = (clientId: string) => ({
  client_id: clientId,
  grant_type: 'refresh_token',
  refresh_token: madeUp(),
});
