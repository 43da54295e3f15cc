// Destroying tokens. FxA: destroying one never destroys the other: a sign-out must destroy access and refresh token both.
import { isAuthFamily } from './answers.ts';
import type { Deployment } from './environments.ts';
import { isFxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';

/** `unknown`: Mozilla accounts knows no such token, so there is nothing left to destroy. */
export type Destroyed = 'destroyed' | 'unknown';

/**
 * Destroys an access token, expired ones too.
 *
 * @throws FxaError `invalid_request` (malformed token), `misconfigured`, and all of `requestJson`.
 */
export async function destroyAccessToken(
  deployment: Deployment,
  accessToken: string,
  http: Http,
): Promise<Destroyed> {
  return destroy(deployment, 'token', accessToken, http);
}

/**
 * Destroys a grant by its refresh token, or by that token's id when the token itself is not at hand.
 *
 * @throws FxaError as `destroyAccessToken`.
 */
export async function destroyGrant(
  deployment: Deployment,
  grant: { refreshToken: string } | { refreshTokenId: string },
  http: Http,
): Promise<Destroyed> {
  return 'refreshToken' in grant
    ? destroy(deployment, 'refresh_token', grant.refreshToken, http)
    : destroy(deployment, 'refresh_token_id', grant.refreshTokenId, http);
}

async function destroy(
  { endpoints, clientId }: Deployment,
  kind: 'token' | 'refresh_token' | 'refresh_token_id',
  value: string,
  http: Http,
): Promise<Destroyed> {
  let url = endpoints.destroy;
  let parameters: Record<string, string> = { [kind]: value };
  if (isAuthFamily(url)) {
    if (kind === 'refresh_token_id') {
      // FxA: `/v1/oauth/destroy` knows no ids; the OAuth server's `/v1/destroy` of the same server does.
      url = url.replace('/v1/oauth/', '/v1/');
    } else {
      // FxA: this one is RFC 7009: it tries `token` as either kind, and wants to know the client.
      parameters = { client_id: clientId, token: value };
    }
  }
  // FxA: `/v1/destroy` takes only access tokens under `token`, and servers of 2019 refuse any second parameter. Never a form:
  // servers of 2023 answer 500 to one without `client_id`, and the token lives on.
  const body = JSON.stringify(parameters);
  const headers = { 'content-type': 'application/json' };
  try {
    await requestJson(http, 'destroy', url, { method: 'POST', headers, body });
    return 'destroyed';
  } catch (error) {
    if (isFxaError(error) && error.reason === 'token_unknown') return 'unknown';
    throw error;
  }
}
