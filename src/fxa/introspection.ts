// The two ways for a resource server to check an access token with Mozilla accounts. Neither checks that the token was
// issued to your client: compare `clientId` yourself.
import { isUid, type Deployment, type Endpoints } from './environments.ts';
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

/** How the person signed in (RFC 9470, section 6). FxA: said of tokens made at a sign-in, never of refreshed ones. */
export interface Authentication {
  /** `AAL1` or, after the second step, `AAL2`. */
  readonly acr?: string;
  readonly amr?: readonly string[];
  /** Milliseconds since the epoch. Absent also where the server's value is no plausible time. */
  readonly authenticatedAt?: number;
}

export interface IntrospectedToken extends KnownToken, Authentication {
  /** Milliseconds since the epoch, on the server's clock. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** FxA: SHA-256 of the token, in hex. */
  readonly id?: string;
}

interface Client {
  readonly clientId?: string | undefined;
  readonly authentication?: Deployment['authentication'];
}

/**
 * Checks an access token at `/v1/introspect` (RFC 7662, section 2). Undefined unless it is valid: for unknown, expired,
 * destroyed and malformed tokens, and for refresh tokens. `now` in milliseconds.
 *
 * FxA: times are in milliseconds, unlike in the RFC. JWTs that live up to six hours are meant not to be stored, and
 * would then be reported inactive: use `verifyAccessToken` for them.
 *
 * FxA: servers of 2019 invert `active` for access tokens. A token reported inactive before its expiry is therefore
 * checked again at `/v1/verify`, which is right on all servers.
 *
 * A server of the standards is asked as RFC 7662 says, by the client `clientId`, with its secret if it has one.
 *
 * @throws FxaError `bad_response` when the response is inconsistent, `unsupported` where the server describes no tokens,
 *   and the codes of `requestJson`.
 * @example
 * const token = await introspect(deployment.endpoints, bearer, { now: Date.now() }, http);
 * if (token?.clientId !== clientId) return new Response(null, { status: 401 });
 */
export async function introspect(
  endpoints: Pick<Endpoints, 'introspect' | 'verify' | 'profile' | 'dialect'>,
  accessToken: string,
  { now, ...client }: Client & { readonly now: number },
  http: Http,
): Promise<IntrospectedToken | undefined> {
  const { dialect } = endpoints;
  const url = requireUrl(endpoints.introspect);
  const answer = await (dialect === 'oauth2'
    ? requestStandard(url, accessToken, client, http)
    : requestFxa(url, accessToken, http));
  if (answer === undefined) return undefined;
  const { active, token_type: type, iat, exp, jti } = answer;
  if (typeof active !== 'boolean') throw inconsistent('active is missing');
  if (!active && exp === undefined) return undefined;
  // Introspection also describes refresh tokens. The type is FxA's own, elsewhere that of RFC 6749, section 7.1, or none.
  const isUntyped = dialect === 'oauth2' && type === undefined;
  const expectedType = dialect === 'oauth2' ? 'bearer' : 'access_token';
  if (!isUntyped && String(type).toLowerCase() !== expectedType) return undefined;
  const token = {
    ...knownToken(answer.sub, answer.client_id, answer.scope, dialect),
    issuedAt: milliseconds(iat),
    expiresAt: milliseconds(exp),
    ...(typeof jti === 'string' ? { id: jti } : {}),
    ...authenticationOf(answer, now),
  };
  if (token.expiresAt <= now) return undefined;
  if (dialect === 'oauth2') {
    const isAccess = active && (!isUntyped || (await opensProfile(endpoints, accessToken, http)));
    return isAccess ? token : undefined;
  }
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
  const answer = await requestFxa(requireUrl(endpoints.verify), accessToken, http);
  if (answer === undefined) return undefined;
  const { user, client_id: clientId, scope } = answer;
  // FxA: an array here, a string everywhere else.
  return knownToken(user, clientId, Array.isArray(scope) ? scope.join(' ') : scope);
}

function requireUrl(url: string | undefined): string {
  if (url === undefined)
    throw new FxaError('unsupported', 'This server names no endpoint that describes tokens.');
  return url;
}

const CLIENT_ID = /^[0-9a-f]{16}$/;

async function requestFxa(url: string, token: string, http: Http): Promise<JsonObject | undefined> {
  const headers = { 'content-type': 'application/json' };
  // FxA: servers of 2019 reject a second member.
  const body = JSON.stringify({ token });
  try {
    return await requestJson(http, 'introspect', url, { method: 'POST', headers, body });
  } catch (error) {
    // A rejected parameter means a malformed token.
    if (isFxaError(error) && (error.reason === 'token_unknown' || error.parameter === 'token'))
      return undefined;
    throw error;
  }
}

/** RFC 7662, section 2.1. A public client names itself. */
async function requestStandard(
  url: string,
  token: string,
  { clientId, authentication }: Client,
  http: Http,
): Promise<JsonObject> {
  const form = {
    token,
    token_type_hint: 'access_token',
    ...(clientId !== undefined && { client_id: clientId }),
    ...authentication,
  };
  return requestJson(http, 'introspect', url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    dialect: 'oauth2',
  });
}

/**
 * Whether it is an access token, where introspection doesn't say: oidc-provider describes refresh tokens without a
 * type, and RFC 7662 lets a server leave it out. A refusal for want of scopes is one of an access token.
 */
async function opensProfile(
  { profile, dialect }: Pick<Endpoints, 'profile' | 'dialect'>,
  token: string,
  http: Http,
): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  try {
    await requestJson(http, 'profile', profile, { method: 'GET', headers, dialect });
    return true;
  } catch (error) {
    if (!isFxaError(error) || !['token_rejected', 'scope_denied'].includes(error.code)) throw error;
    return error.code === 'scope_denied';
  }
}

/** Milliseconds: how far ahead of ours the server's clock may be. */
const CLOCK_SLACK = 300_000;
/** Milliseconds: the year 2001. FxA has sent times divided by 1000 once too often. */
const EARLIEST = 1e12;

/** What an answer about a token, or a JWT's claims, say of the sign-in (`auth_time` in seconds). Pure. */
export function authenticationOf(answer: JsonObject, now: number): Authentication {
  const { acr, amr, auth_time: authTime } = answer;
  const at = typeof authTime === 'number' ? authTime * 1000 : NaN;
  return {
    ...(typeof acr === 'string' ? { acr } : {}),
    ...(Array.isArray(amr) ? { amr: amr.filter((method) => typeof method === 'string') } : {}),
    ...(at >= EARLIEST && at <= now + CLOCK_SLACK ? { authenticatedAt: at } : {}),
  };
}

function knownToken(
  uid: unknown,
  clientId: unknown,
  scope: unknown,
  dialect?: Endpoints['dialect'],
): KnownToken {
  const clientForm = dialect === 'oauth2' ? /./ : CLIENT_ID;
  if (!isUid(uid, dialect)) throw inconsistent('no uid');
  if (typeof clientId !== 'string' || !clientForm.test(clientId)) throw inconsistent('no client id');
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
