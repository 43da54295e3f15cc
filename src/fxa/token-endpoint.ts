// Sends token requests and validates the members that all token responses have.
//
// oauth4webapi is not used for this: its support for client secrets, DPoP, JARM and encrypted id_tokens, none of which
// FxA has, would add 4 kB to the background.
import type { Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http, JsonObject } from './http.ts';

export interface AccessToken {
  accessToken: string;
  /** Space-separated, as granted: without implied scopes and perhaps reordered. */
  scope: string;
  /** Seconds from receiving the response. FxA: may be less than the requested `ttl`. */
  expiresIn: number;
}

/**
 * Sends a token request (RFC 6749, sections 4.1.3 and 6) and returns the JSON object of its response, not yet
 * validated. FxA: `redirect_uri` is omitted, because it is not compared here and some registered URIs would be
 * rejected.
 *
 * @throws FxaError the codes of `requestJson`.
 */
export async function postToTokenEndpoint(
  { clientId, endpoints }: Deployment,
  grantType: 'authorization_code' | 'refresh_token',
  parameters: Readonly<Record<string, string>>,
  http: Http,
): Promise<JsonObject> {
  const form = new URLSearchParams({ ...parameters, client_id: clientId, grant_type: grantType });
  return requestJson(http, grantType === 'refresh_token' ? 'refresh' : 'exchange', endpoints.token, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    body: form.toString(),
  });
}

/**
 * Validates the members that every token response has (RFC 6749, section 5.1). Stricter than the RFC: `expires_in` and
 * `scope` are required, and the token must fit in a header.
 *
 * @throws FxaError `bad_response` with reason `token_response`.
 * @example
 * const { accessToken, expiresIn } = validateAccessToken(await refreshAccessToken(deployment, request, http));
 */
export function validateAccessToken(answer: JsonObject): AccessToken {
  const { access_token: accessToken, token_type: type, expires_in, scope, refresh_token } = answer;
  if (typeof accessToken !== 'string' || !/^[\w.~+/-]{1,4096}=*$/.test(accessToken))
    throw malformed('access_token is missing, or has foreign characters');
  // RFC 6749, section 5.1: case-insensitive.
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    throw malformed('token_type is not bearer');
  const expiresIn = typeof expires_in === 'string' ? Number(expires_in) : expires_in;
  if (typeof expiresIn !== 'number' || !Number.isFinite(expiresIn) || expiresIn <= 0)
    throw malformed('expires_in is missing, or no time');
  if (typeof scope !== 'string') throw malformed('scope is missing');
  if (refresh_token !== undefined && (typeof refresh_token !== 'string' || refresh_token === ''))
    throw malformed('refresh_token is no text');
  return { accessToken, scope, expiresIn };
}

export function malformed(description: string): FxaError {
  return new FxaError('bad_response', `The token answer cannot be used: ${description}`, {
    reason: 'token_response',
  });
}
