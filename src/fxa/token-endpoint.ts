// The token endpoint: how a request to it is made, and the part of its answer judged that every token answer has.
//
// oauth4webapi's requests and processing are left aside on purpose: they are made for client secrets, DPoP, JARM and
// encrypted id_tokens, none of which FxA knows, and weigh 4 kB in the background. What is left of them is below.
import type { Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http, JsonObject } from './http.ts';

export interface AccessToken {
  accessToken: string;
  /** As granted: collapsed by implication and perhaps reordered. Space-separated. */
  scope: string;
  /** Seconds from the receipt of the answer. FxA: may be less than the `ttl` that was asked for. */
  expiresIn: number;
}

/**
 * Sends a token request (RFC 6749, sections 4.1.3 and 6) and returns the JSON object of its answer, not yet judged.
 * `redirect_uri` is not sent with a code: FxA neither needs nor compares it here, and refuses characters that a registered
 * URI may well have.
 *
 * @throws FxaError as `requestJson` does.
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
 * Judges the part that every token answer has (RFC 6749, section 5.1), and more strictly: FxA always says how long a token
 * lives and what it is for, and a token that no header could carry is none.
 *
 * @throws FxaError `bad_response` with reason `token_response`.
 */
export function validateAccessToken(answer: JsonObject): AccessToken {
  const { access_token: accessToken, token_type: type, expires_in, scope, refresh_token } = answer;
  if (typeof accessToken !== 'string' || !/^[\w.~+/-]{1,4096}=*$/.test(accessToken))
    throw malformed('access_token is missing, or has foreign characters');
  // RFC 6749: the type is compared without case.
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

export function malformed(says: string): FxaError {
  return new FxaError('bad_response', `The token answer cannot be used: ${says}`, {
    reason: 'token_response',
  });
}
