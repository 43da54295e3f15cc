// Revokes tokens. FxA: access and refresh tokens are destroyed independently, so signing out must destroy both.
import { isAuthFamily } from './error-table.ts';
import type { Deployment } from './environments.ts';
import { isFxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';

/** `unknown`: Mozilla accounts has no such token, so there is nothing left to destroy. */
export type Destroyed = 'destroyed' | 'unknown';

/**
 * Destroys an access token, even an expired one.
 *
 * @throws FxaError `invalid_request` (malformed token), `misconfigured`, and the codes of `requestJson`.
 * @example
 * await destroyAccessToken(deployment, grant.accessToken, http);
 */
export async function destroyAccessToken(
  deployment: Deployment,
  accessToken: string,
  http: Http,
): Promise<Destroyed> {
  return destroy(deployment, 'token', accessToken, http);
}

/**
 * Destroys a grant by its refresh token, or by that token's id where the token was not kept.
 *
 * @throws FxaError as `destroyAccessToken`.
 * @example
 * await destroyGrant(deployment, { refreshTokenId: await refreshTokenId(refreshToken) }, http);
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
      // FxA: `/v1/oauth/destroy` does not accept ids; `/v1/destroy` on the same server does.
      url = url.replace('/v1/oauth/', '/v1/');
    } else {
      // FxA: this endpoint follows RFC 7009, section 2.1: `token` may be of either kind, and the client is named.
      parameters = { client_id: clientId, token: value };
    }
  }
  // FxA: `/v1/destroy` takes only access tokens as `token`, and servers of 2019 reject a second parameter. Always JSON:
  // servers of 2023 answer 500 to a form without `client_id`, and the token stays valid.
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
