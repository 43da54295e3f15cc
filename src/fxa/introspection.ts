// Whose access token is this, and for what? The two questions a resource server may put to Mozilla accounts about a token that
// somebody shows it. Neither says whether the token was meant for the one who asks: that is for the caller to compare.
import type { Endpoints } from './environments.ts';
import { FxaError, isFxaError } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http, JsonObject } from './http.ts';

/** A live access token. Accept it only if `clientId` is yours: any other service's token is as alive. */
export interface KnownToken {
  readonly uid: string;
  readonly clientId: string;
  /** As granted: collapsed by implication. Space-separated; compare with `grantedCovers`. */
  readonly scope: string;
}

export interface IntrospectedToken extends KnownToken {
  /** Milliseconds since the epoch, on the clock of Mozilla accounts. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** FxA: SHA-256 of the token, in hexadecimal digits. */
  readonly id?: string;
}

/**
 * Asks `/v1/introspect` (RFC 7662). Undefined for what is no live access token: unknown, expired, destroyed, malformed, a
 * refresh token. `now` in milliseconds.
 *
 * FxA: instants come in milliseconds, where the RFC has seconds. A JWT of six hours or less is stored nowhere, so it is always
 * called inactive here: ask `verifyAccessToken` about it.
 *
 * FxA: servers of 2019 say `active` the wrong way round for access tokens. So `active` is believed only where `exp` agrees; a
 * token that is called inactive before its end is asked about once more at `/v1/verify`, which is right in every era.
 *
 * @throws FxaError `bad_response` when the answer makes no sense, and all of `requestJson`.
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
  if (typeof active !== 'boolean') throw senseless('active is missing');
  if (!active && exp === undefined) return undefined;
  // FxA: it describes refresh tokens too.
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
 * Asks `/v1/verify`, which knows nothing of instants. Undefined for what is no live access token.
 *
 * FxA: the one that knows JWTs of every length. It may go on vouching for opaque tokens that expired long ago.
 *
 * @throws FxaError as `introspect`.
 */
export async function verifyAccessToken(
  endpoints: Pick<Endpoints, 'verify'>,
  accessToken: string,
  http: Http,
): Promise<KnownToken | undefined> {
  // FxA: servers of 2019 refuse any second member.
  const answer = await ask(endpoints.verify, { token: accessToken }, http);
  if (answer === undefined) return undefined;
  const { user, client_id: clientId, scope } = answer;
  // FxA: an array, where everything else has a string.
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
    // A parameter that is refused is a token that could not be one.
    if (isFxaError(error) && (error.reason === 'token_unknown' || error.parameter === 'token'))
      return undefined;
    throw error;
  }
}

function knownToken(uid: unknown, clientId: unknown, scope: unknown): KnownToken {
  if (typeof uid !== 'string' || !/^[0-9a-f]{32}$/.test(uid)) throw senseless('no uid');
  if (typeof clientId !== 'string' || !/^[0-9a-f]{16}$/.test(clientId)) throw senseless('no client id');
  if (typeof scope !== 'string') throw senseless('no scope');
  return { uid, clientId, scope };
}

/** Should FxA come round to the RFC's seconds, this takes them too: no instant of either unit is one of the other. */
function milliseconds(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) throw senseless('no instant');
  return value < 1e11 ? value * 1000 : value;
}

function senseless(says: string): FxaError {
  return new FxaError('bad_response', `The answer about a token cannot be used: ${says}`);
}
