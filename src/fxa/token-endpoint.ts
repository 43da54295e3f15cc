// The token endpoint: how a request to it is made and its answer's shape judged, both by oauth4webapi.
import {
  None,
  allowInsecureRequests,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
} from 'oauth4webapi';
import type { AuthorizationServer, Client } from 'oauth4webapi';
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
 * Sends a token request and returns the JSON object of its answer, not yet judged.
 *
 * The generic request of oauth4webapi, not its code grant: that one always sends `redirect_uri`, which FxA neither needs
 * nor compares here, and refuses for characters that a registered URI may well have.
 *
 * @throws FxaError as `requestJson` does.
 */
export async function postToTokenEndpoint(
  deployment: Deployment,
  grantType: 'authorization_code' | 'refresh_token',
  parameters: Readonly<Record<string, string>>,
  http: Http,
): Promise<JsonObject> {
  const call = grantType === 'refresh_token' ? 'refresh' : 'exchange';
  const { server, client } = inTheLibrarysWords(deployment);
  const response = await genericTokenEndpointRequest(
    server,
    client,
    None(),
    grantType,
    { ...parameters },
    {
      // Which addresses may be http is decided where endpoints come from (loopback only).
      [allowInsecureRequests]: true,
      [customFetch]: async (url, { method, headers, body }) =>
        Response.json(await requestJson(http, call, url, { method, headers, body: body.toString() })),
    },
  );
  return (await response.json()) as JsonObject;
}

/**
 * Judges the part that every token answer has.
 *
 * @throws FxaError `bad_response` with reason `token_response`.
 */
export async function acceptAccessToken(deployment: Deployment, answer: JsonObject): Promise<AccessToken> {
  const { server, client } = inTheLibrarysWords(deployment);
  // The id_token is kept from the library: it would judge it by the machine's clock, and report all faults as one.
  const { access_token, token_type, expires_in, scope, refresh_token } = answer;
  const judged = { access_token, token_type, expires_in, scope, refresh_token };
  const token = await processGenericTokenEndpointResponse(server, client, Response.json(judged)).catch(
    (error: unknown) => {
      // The library's error carries the answer, tokens and all: its words are kept, the error is not.
      throw malformed(error instanceof Error ? error.message : 'unreadable');
    },
  );
  // What the library lets pass: other token types, no lifetime, no scope, and a token no header could carry.
  if (token.token_type !== 'bearer') throw malformed('token_type is not bearer');
  if (token.expires_in === undefined || token.expires_in <= 0) throw malformed('expires_in is missing');
  if (token.scope === undefined) throw malformed('scope is missing');
  if (!/^[\w.~+/-]{1,4096}=*$/.test(token.access_token))
    throw malformed('access_token has foreign characters');
  return { accessToken: token.access_token, scope: token.scope, expiresIn: token.expires_in };
}

export function malformed(says: string): FxaError {
  return new FxaError('bad_response', `The token answer cannot be used: ${says}`, {
    reason: 'token_response',
  });
}

function inTheLibrarysWords({ endpoints, clientId }: Deployment): {
  server: AuthorizationServer;
  client: Client;
} {
  return {
    server: { issuer: endpoints.issuer, token_endpoint: endpoints.token },
    client: { client_id: clientId },
  };
}
