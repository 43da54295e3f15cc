// Sends token requests and validates the members that all token responses have, both with oauth4webapi. Its errors hold
// the response, so none of them is passed on.
import {
  allowInsecureRequests,
  customFetch,
  genericTokenEndpointRequest,
  None,
  processGenericTokenEndpointResponse,
  type AuthorizationServer,
  type Client,
} from 'oauth4webapi';
import { followsStandards, type Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import { fetchJson } from './http.ts';
import type { Http, JsonObject } from './http.ts';

export interface AccessToken {
  accessToken: string;
  /** Space-separated, as granted: without implied scopes and perhaps reordered. */
  scope: string;
  /** Seconds from receiving the response. FxA: may be less than the requested `ttl`. */
  expiresIn: number;
}

/** For a server of the standards that does not say when a token expires. Seconds. */
const UNKNOWN_LIFETIME = 300;

/**
 * Sends a token request (RFC 6749, sections 4.1.3 and 6) and returns the JSON object of its response, not yet
 * validated. The library's request for codes cannot be used: it always sends `redirect_uri`, which FxA must not get.
 *
 * @throws FxaError the codes of `requestJson`.
 */
export async function postToTokenEndpoint(
  deployment: Deployment,
  grantType: 'authorization_code' | 'refresh_token',
  parameters: Readonly<Record<string, string>>,
  http: Http,
): Promise<JsonObject> {
  const [server, client] = serverAndClient(deployment);
  const { dialect } = deployment.endpoints;
  const response = await genericTokenEndpointRequest(server, client, None(), grantType, parameters, {
    [customFetch]: fetchJson(http, grantType === 'refresh_token' ? 'refresh' : 'exchange', dialect),
    // oxlint-disable-next-line typescript/no-deprecated -- All endpoints are https, or http on loopback: see `secureUrl`.
    [allowInsecureRequests]: true,
  });
  return (await response.json()) as JsonObject;
}

/**
 * Validates the members that every token response has (RFC 6749, section 5.1). The token must fit in a header. FxA
 * always sends `expires_in` and `scope`, so both are required there; elsewhere a missing scope means `requested`. An
 * id_token is ignored: in the answer to a code, `validateGrant` verifies it; for a refresh it was not requested.
 *
 * @throws FxaError `bad_response` with reason `token_response`.
 * @example
 * const answer = await refreshAccessToken(deployment, request, http);
 * const { accessToken, expiresIn } = await validateAccessToken(deployment, answer);
 */
export async function validateAccessToken(
  deployment: Deployment,
  answer: JsonObject,
  requested?: string,
): Promise<AccessToken> {
  const standard = followsStandards(deployment);
  const { id_token: _, ...rest } = answer;
  const others = { ...(standard && { scope: requested, expires_in: UNKNOWN_LIFETIME }), ...rest };
  const token = await processGenericTokenEndpointResponse(
    ...serverAndClient(deployment),
    Response.json(others),
  ).catch((error: unknown) => {
    throw malformed((error as Error).message);
  });
  const { access_token: accessToken, token_type: type, expires_in: expiresIn = 0, scope } = token;
  if (!/^[\w.~+/-]{1,4096}=*$/.test(accessToken)) throw malformed('access_token has foreign characters');
  if (type !== 'bearer') throw malformed('token_type is not bearer');
  // The library also takes a list of one number, and text that only begins with one.
  const { expires_in: lifetime } = others;
  const isNumber = typeof lifetime !== 'object' && Number.isFinite(Number(lifetime));
  if (!isNumber || expiresIn <= 0) throw malformed('expires_in is missing, or no time');
  if (scope === undefined) throw malformed('scope is missing');
  return { accessToken, scope, expiresIn };
}

function serverAndClient({ clientId, endpoints }: Deployment): [AuthorizationServer, Client] {
  return [{ issuer: endpoints.issuer, token_endpoint: endpoints.token }, { client_id: clientId }];
}

/** `bad_response` with reason `token_response`. */
export function malformed(description: string): FxaError {
  return new FxaError('bad_response', `The token answer cannot be used: ${description}`, {
    reason: 'token_response',
  });
}
