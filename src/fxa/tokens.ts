// Tokens: a code becomes a grant, a refresh token becomes access tokens. The code grant is a pair of functions, so that a
// caller can write down what there is to destroy before the answer is judged and perhaps thrown away.
import type { Deployment } from './environments.ts';
import { FxaError } from './errors.ts';
import type { Http, JsonObject } from './http.ts';
import { verifyIdToken } from './id-token.ts';
import type { IdTokenClaims, KeySource } from './id-token.ts';
import { validateAccessToken, malformed, postToTokenEndpoint } from './token-endpoint.ts';
import type { AccessToken } from './token-endpoint.ts';
import { parseScopes } from './scopes.ts';

export { validateAccessToken } from './token-endpoint.ts';
export type { AccessToken } from './token-endpoint.ts';

/** The JSON object of a 200 answer, not yet judged. */
export type TokenResponse = JsonObject;

export interface Grant extends AccessToken {
  /** Only with `accessType: 'offline'`. FxA: never rotated; keep it. */
  refreshToken?: string;
  refreshTokenId?: string;
  /** Only with the scope `openid`, and then already verified. */
  idToken?: string;
  claims?: IdTokenClaims;
  /** Seconds since the epoch: when the person authenticated. */
  authAt?: number;
  /** Only when keys were asked for. FxA: may be missing without an error. */
  keysJwe?: string;
}

export interface RefreshRequest {
  refreshToken: string;
  /** Space-separated. */
  scope: string;
  /** Seconds. */
  ttl?: number | undefined;
}

const HEX_TOKEN = /^[0-9a-f]{64}$/;

/**
 * Exchanges an authorization code. `ttl` in seconds; FxA: today's servers lower what is too long, those of 2019 refuse it.
 *
 * @throws FxaError `bad_response` with reason `code_refused` (unknown, used, expired code, wrong verifier: sign in
 * again), `misconfigured`, `scope_denied`, `account_unverified`, `invalid_request`, and all of `requestJson`. Never
 * `reauth_required`.
 */
export async function exchangeCode(
  deployment: Deployment,
  { code, codeVerifier, ttl }: { code: string; codeVerifier: string; ttl?: number | undefined },
  http: Http,
): Promise<TokenResponse> {
  // FxA: `scope` in this request is an error; `client_id` goes in the body, and nothing else identifies a public client.
  const parameters = { code, code_verifier: codeVerifier, ...ttlParameter(ttl) };
  return postToTokenEndpoint(deployment, 'authorization_code', parameters, http);
}

/** What an answer leaves to be destroyed, whatever else is wrong with it. */
export async function issuedTokens(
  answer: TokenResponse,
): Promise<{ accessToken?: string; refreshTokenId?: string }> {
  const { access_token: accessToken, refresh_token: refreshToken } = answer;
  return {
    ...(typeof accessToken === 'string' && accessToken !== '' ? { accessToken } : {}),
    ...(isHexToken(refreshToken) ? { refreshTokenId: await refreshTokenId(refreshToken) } : {}),
  };
}

export interface ValidateGrantOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Seconds by which clocks may differ. Default 300. */
  clockTolerance?: number | undefined;
  /** True when `openid` was asked for. */
  requireIdToken: boolean;
  /** Where the key set comes from. Default: fetched from the deployment. */
  keySource?: KeySource | undefined;
}

/**
 * Judges the answer of `exchangeCode`. When it throws, the tokens that `issuedTokens` names are alive all the same:
 * destroy them.
 *
 * @throws FxaError `bad_response` with reason `token_response`, one of `id_token_…`, or `keys`; and what fetching the
 * keys throws (`offline`, `server_unavailable`, `rate_limited`, `cancelled`).
 */
export async function validateGrant(
  deployment: Deployment,
  answer: TokenResponse,
  { requireIdToken, ...verification }: ValidateGrantOptions,
  http: Http,
): Promise<Grant> {
  const token = validateAccessToken(answer);
  const { refresh_token: refreshToken, id_token: idToken, auth_at: authAt, keys_jwe: keysJwe } = answer;
  if (refreshToken !== undefined && !isHexToken(refreshToken))
    throw malformed('refresh_token is not 64 hex digits');
  if (idToken === undefined && requireIdToken) {
    throw new FxaError('bad_response', 'There is no id_token in the answer', { reason: 'id_token_missing' });
  }
  const claims =
    idToken === undefined
      ? undefined
      : await verifyIdToken(deployment, idToken, { ...verification, accessToken: token.accessToken }, http);
  return {
    ...token,
    ...(refreshToken === undefined
      ? {}
      : { refreshToken, refreshTokenId: await refreshTokenId(refreshToken) }),
    ...(claims === undefined ? {} : { idToken: idToken as string, claims }),
    ...(typeof authAt === 'number' ? { authAt } : {}),
    ...(typeof keysJwe === 'string' ? { keysJwe } : {}),
  };
}

/**
 * Asks for an access token by a refresh token, which stays as it is. `scope` is always sent: FxA of 2019 gives a token
 * without scopes otherwise. `ttl` in seconds. What the answer is worth, `validateAccessToken` says; what it leaves to be
 * destroyed if it is worth nothing, `issuedTokens`.
 *
 * @throws FxaError `reauth_required`: proof that the grant is gone (400/108, or 401/110 on `/v1/oauth/token`);
 * `scope_denied`, `misconfigured`, `invalid_request`, `bad_response`, and all of `requestJson`.
 */
export async function refreshAccessToken(
  deployment: Deployment,
  { refreshToken, scope, ttl }: RefreshRequest,
  http: Http,
): Promise<TokenResponse> {
  // FxA: an empty scope gives a token that can do nothing.
  const scopes = parseScopes(scope).join(' ');
  if (scopes === '') throw new FxaError('invalid_request', 'A refresh needs a scope', { parameter: 'scope' });
  const parameters = { refresh_token: refreshToken, scope: scopes, ...ttlParameter(ttl) };
  return postToTokenEndpoint(deployment, 'refresh_token', parameters, http);
}

/**
 * The id by which a grant can be destroyed without its token: SHA-256 of the token's bytes, in hexadecimal digits.
 *
 * @throws FxaError `invalid_request` when it is not 64 hexadecimal digits.
 */
export async function refreshTokenId(refreshToken: string): Promise<string> {
  if (!isHexToken(refreshToken)) {
    throw new FxaError('invalid_request', 'Not a refresh token', { parameter: 'refresh_token' });
  }
  const bytes = Uint8Array.from(refreshToken.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isHexToken(value: unknown): value is string {
  return typeof value === 'string' && HEX_TOKEN.test(value);
}

function ttlParameter(ttl: number | undefined): Record<string, string> {
  if (ttl === undefined) return {};
  if (!Number.isSafeInteger(ttl) || ttl <= 0) {
    throw new FxaError('invalid_request', 'ttl must be a whole number of seconds', { parameter: 'ttl' });
  }
  return { ttl: String(ttl) };
}
