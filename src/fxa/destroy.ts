// Revokes tokens. FxA: access and refresh tokens are destroyed independently, so signing out must destroy both.
import { isAuthFamily } from './error-table.ts';
import { followsStandards, type Deployment } from './environments.ts';
import { FxaError, isFxaError } from './errors.ts';
import { exchange, refusal, requestJson } from './http.ts';
import type { Http } from './http.ts';

/**
 * `unknown`: Mozilla accounts has no such token, so there is nothing left to destroy. `accepted`: a server of the
 * standards took the request; its 200 also answers tokens that it does not know (RFC 7009, section 2.2).
 */
export type Destroyed = 'destroyed' | 'unknown' | 'accepted';

/**
 * Destroys an access token, even an expired one.
 *
 * @throws FxaError `invalid_request` (malformed token), `misconfigured`, `unsupported` where the server revokes nothing,
 *   and the codes of `requestJson`.
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
 * Destroys a grant by its refresh token or, at FxA, by that token's id.
 *
 * @throws FxaError as `destroyAccessToken`; `unsupported` for an id at a server of the standards.
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

type TokenParameter = 'token' | 'refresh_token' | 'refresh_token_id';

async function destroy(
  deployment: Deployment,
  parameter: TokenParameter,
  value: string,
  http: Http,
): Promise<Destroyed> {
  const { endpoints, clientId } = deployment;
  let url = endpoints.destroy;
  if (url === undefined) throw new FxaError('unsupported', 'This server names no revocation endpoint.');
  if (followsStandards(deployment)) return revoke(deployment, url, parameter, value, http);
  let parameters: Record<string, string> = { [parameter]: value };
  if (isAuthFamily(url)) {
    if (parameter === 'refresh_token_id') {
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

/** RFC 7009, section 2.1. Revoking a refresh token ends the whole grant. */
async function revoke(
  { endpoints, clientId, authentication }: Deployment,
  url: string,
  parameter: TokenParameter,
  token: string,
  http: Http,
): Promise<Destroyed> {
  if (parameter === 'refresh_token_id')
    throw new FxaError('unsupported', 'This server revokes tokens, and knows no ids of them.');
  const hint = parameter === 'token' ? 'access_token' : parameter;
  const form = {
    token,
    token_type_hint: hint,
    client_id: clientId,
    ...authentication,
  };
  const body = new URLSearchParams(form).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const request = { method: 'POST', headers, body, dialect: endpoints.dialect } as const;
  // The answer may have no body.
  const answer = await exchange(http, 'destroy', url, request);
  if (!answer.response.ok) {
    const answered = { call: 'destroy', url, dialect: endpoints.dialect } as const;
    throw await refusal(http, answered, answer);
  }
  // The RFC ignores the body, but a page comes from something in between, such as a captive portal.
  if (answer.response.headers.get('content-type')?.includes('html') === true)
    throw new FxaError('bad_response', 'A page answered in place of the server (destroy)', {
      reason: 'not_json',
    });
  return 'accepted';
}
