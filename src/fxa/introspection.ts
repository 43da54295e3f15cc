// The two ways for a resource server to check an access token with Mozilla accounts. Neither checks that the token was
// issued to your client: compare `clientId` yourself.
import type { Endpoints } from './environments.ts';
import { FxaError, isFxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http, JsonObject } from './http.ts';

/** A valid access token. Accept it only if `clientId` is yours: tokens of other services are valid, too. */
export interface KnownToken {
  readonly uid: string;
  readonly clientId: string;
  /** Space-separated, with implied scopes removed; compare with `grantedCovers`. */
  readonly scope: string;
}

export interface IntrospectedToken extends KnownToken {
  /** Milliseconds since the epoch, on the server's clock. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** FxA: SHA-256 of the token, in hex. */
  readonly id?: string;
}

/**
 * Checks an access token at `/v1/introspect` (RFC 7662, section 2). Undefined unless it is valid: for unknown, expired,
 * destroyed and malformed tokens, and for refresh tokens. `now` in milliseconds.
 *
 * FxA: times are in milliseconds, unlike in the RFC. JWTs that live up to six hours are not stored, so they are always
 * reported inactive: use `verifyAccessToken` for them.
 *
 * FxA: servers of 2019 invert `active` for access tokens. A token reported inactive before its expiry is therefore
 * checked again at `/v1/verify`, which is right on all servers.
 *
 * @throws FxaError `bad_response` when the response is inconsistent, and the codes of `requestJson`.
 * @example
 * const token = await introspect(deployment.endpoints, bearer, { now: Date.now() }, http);
 * if (token?.clientId !== clientId) return new Response(null, { status: 401 });
 */
export async function introspect(
  endpoints: Pick<Endpoints, 'introspect' | 'verify'>,
  accessToken: string,
  { now }: { readonly now: number },
  http: Http,
): Promise<IntrospectedToken | undefined> {
  const answer = await ask(endpoints.introspect, { token: accessToken }, http);
  if (answer === undefined) return undefined;
  const { active, token_type: type, iat, exp, jti } = answer;
  if (typeof active !== 'boolean') throw inconsistent('active is missing');
  if (!active && exp === undefined) return undefined;
  // FxA: introspection also describes refresh tokens.
  if (type !== 'access_token') return undefined;
  const token = {
    ...knownToken(answer.sub, answer.client_id, answer.scope),
    issuedAt: milliseconds(iat),
    expiresAt: milliseconds(exp),
    ...(typeof jti === 'string' ? { id: jti } : {}),
  };
  if (token.expiresAt <= now) return undefined;
  if (!active && (await verifyAccessToken(endpoints, accessToken, http)) === undefined) return undefined;
  return token;
}

/**
 * Checks an access token at `/v1/verify`, which does not return times. Undefined unless the token is valid.
 *
 * FxA: supports JWTs of any lifetime, but may still accept opaque tokens that expired long ago.
 *
 * @throws FxaError as `introspect`.
 * @example
 * const token = await verifyAccessToken(deployment.endpoints, bearer, http);
 */
export async function verifyAccessToken(
  endpoints: Pick<Endpoints, 'verify'>,
  accessToken: string,
  http: Http,
): Promise<KnownToken | undefined> {
  // FxA: servers of 2019 reject a second member.
  const answer = await ask(endpoints.verify, { token: accessToken }, http);
  if (answer === undefined) return undefined;
  const { user, client_id: clientId, scope } = answer;
  // FxA: an array here, a string everywhere else.
  return knownToken(user, clientId, Array.isArray(scope) ? scope.join(' ') : scope);
}

async function ask(url: string, body: JsonObject, http: Http): Promise<JsonObject | undefined> {
  const headers = { 'content-type': 'application/json' };
  try {
    return await requestJson(http, 'introspect', url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
  } catch (error) {
    // A rejected parameter means a malformed token.
    if (isFxaError(error) && (error.reason === 'token_unknown' || error.parameter === 'token'))
      return undefined;
    throw error;
  }
}

function knownToken(uid: unknown, clientId: unknown, scope: unknown): KnownToken {
  if (typeof uid !== 'string' || !/^[0-9a-f]{32}$/.test(uid)) throw inconsistent('no uid');
  if (typeof clientId !== 'string' || !/^[0-9a-f]{16}$/.test(clientId)) throw inconsistent('no client id');
  if (typeof scope !== 'string') throw inconsistent('no scope');
  return { uid, clientId, scope };
}

/** Also accepts seconds, in case FxA adopts the RFC's unit; the ranges do not overlap. */
function milliseconds(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw inconsistent('no instant');
  return value < 1e11 ? value * 1000 : value;
}

function inconsistent(description: string): FxaError {
  return new FxaError('bad_response', `The answer about a token cannot be used: ${description}`);
}
