// Exchanges codes and refresh tokens. Requesting and validating are separate functions, so that callers can record
// which tokens were issued, in order to destroy them if validation fails.
import { followsStandards, type Deployment, type Endpoints } from './environments.ts';
import { FxaError } from './errors.ts';
import type { Http, JsonObject } from './http.ts';
import { verifyIdToken } from './id-token.ts';
import type { IdTokenClaims, IdTokenOptions } from './id-token.ts';
import { validateAccessToken, malformed, postToTokenEndpoint } from './token-endpoint.ts';
import type { AccessToken } from './token-endpoint.ts';
import { parseScopes } from './scopes.ts';

export { validateAccessToken } from './token-endpoint.ts';
export type { AccessToken } from './token-endpoint.ts';

/** The JSON object of a 200 response, not yet validated. */
export type TokenResponse = JsonObject;

export interface Grant extends AccessToken {
  /** Only with `accessType: 'offline'`. FxA: never rotated, so keep it. */
  refreshToken?: string;
  /** Names the grant; at FxA it suffices to destroy it. */
  refreshTokenId?: string;
  /** Only with the scope `openid`; verified. */
  idToken?: string;
  claims?: IdTokenClaims;
  /** When the user authenticated, in seconds since the epoch. */
  authAt?: number;
  /** Only if keys were requested. FxA: may be missing without an error. */
  keysJwe?: string;
}

export interface ExchangeRequest {
  code: string;
  codeVerifier: string;
  /** That of the authorization request. */
  redirectUri: string;
  /** Seconds. */
  ttl?: number | undefined;
}

export interface RefreshRequest {
  refreshToken: string;
  /** Space-separated. */
  scope: string;
  /** Seconds. */
  ttl?: number | undefined;
}

const HEX_TOKEN = /^[0-9a-f]{64}$/;
/** RFC 6749, appendix A.17: printable ASCII. */
const ANY_TOKEN = /^[\x20-\x7e]{1,4096}$/;

/**
 * Exchanges an authorization code for tokens (RFC 6749, section 4.1.3; RFC 7636, section 4.5). `ttl` is known to FxA
 * alone: current servers reduce one that is too long, servers of 2019 reject it.
 *
 * @throws FxaError
 * - `bad_response` with reason `code_refused`: the code is unknown, used or expired, or the verifier is wrong; sign in
 *   again
 * - `misconfigured`, `scope_denied`, `account_unverified`, `invalid_request`, but never `reauth_required`
 * - the codes of `requestJson`
 * @example
 * const response = await exchangeCode(deployment, { code, codeVerifier, redirectUri }, http);
 * const grant = await validateGrant(deployment, response, { now: Date.now(), requireIdToken: true }, http);
 */
export async function exchangeCode(
  deployment: Deployment,
  { code, codeVerifier, redirectUri, ttl }: ExchangeRequest,
  http: Http,
): Promise<TokenResponse> {
  // FxA: rejects `scope` here; a public client is identified only by `client_id` in the body. `redirect_uri` is not
  // compared, and some registered ones would be rejected; the RFC demands it.
  const parameters = {
    code,
    code_verifier: codeVerifier,
    ...(followsStandards(deployment) ? { redirect_uri: redirectUri } : ttlParameter(ttl)),
  };
  return postToTokenEndpoint(deployment, 'authorization_code', parameters, http);
}

/**
 * The tokens in a response, even in one that fails validation, so that they can be destroyed.
 *
 * @example
 * const { accessToken, grant } = await issuedTokens(deployment, response);
 */
export async function issuedTokens(
  { endpoints }: Pick<Deployment, 'endpoints'>,
  answer: TokenResponse,
): Promise<{ accessToken?: string; grant?: { refreshToken: string; refreshTokenId: string } }> {
  const { access_token: accessToken, refresh_token: refreshToken } = answer;
  return {
    ...(typeof accessToken === 'string' && accessToken !== '' ? { accessToken } : {}),
    ...(isRefreshToken(refreshToken, endpoints.dialect)
      ? { grant: { refreshToken, refreshTokenId: await grantId(refreshToken, endpoints.dialect) } }
      : {}),
  };
}

/**
 * The refresh token that replaces the one sent, of whatever form; undefined if the answer has none or the same. FxA sends
 * no other one, but discovery may not tell which server answers.
 *
 * @example
 * const next = await replacementToken(deployment, response, refreshToken);
 */
export async function replacementToken(
  { endpoints }: Pick<Deployment, 'endpoints'>,
  { refresh_token: refreshToken }: TokenResponse,
  sent: string,
): Promise<{ refreshToken: string; refreshTokenId: string } | undefined> {
  if (refreshToken === sent || !isRefreshToken(refreshToken, 'oauth2')) return undefined;
  const dialect = HEX_TOKEN.test(refreshToken) ? endpoints.dialect : 'oauth2';
  return { refreshToken, refreshTokenId: await grantId(refreshToken, dialect) };
}

export interface ValidateGrantOptions extends Omit<IdTokenOptions, 'accessToken'> {
  /** True if `openid` was requested. */
  requireIdToken: boolean;
  /** The requested scope; needed where a server may leave it out of its answer, as the RFC allows. */
  scope?: string | undefined;
}

/**
 * Validates the answer of `exchangeCode`. When it throws, the tokens that `issuedTokens` names are alive all the same:
 * destroy them.
 *
 * @throws FxaError
 * - `bad_response` with reason `token_response`, `keys` or one of `id_token_…`
 * - `offline`, `server_unavailable`, `rate_limited`, `cancelled` from fetching the keys
 * @example
 * const grant = await validateGrant(deployment, response, { now: Date.now(), requireIdToken: true }, http);
 */
export async function validateGrant(
  deployment: Deployment,
  answer: TokenResponse,
  { requireIdToken, scope, ...verification }: ValidateGrantOptions,
  http: Http,
): Promise<Grant> {
  const token = await validateAccessToken(deployment, answer, scope);
  const { grant } = await issuedTokens(deployment, answer);
  const { refresh_token: refreshToken, id_token: idToken, auth_at: authAt, keys_jwe: keysJwe } = answer;
  if (refreshToken !== undefined && grant === undefined)
    throw malformed('refresh_token has an unexpected form');
  if (idToken === undefined && requireIdToken) {
    throw new FxaError('bad_response', 'There is no id_token in the answer', { reason: 'id_token_missing' });
  }
  const claims =
    idToken === undefined
      ? undefined
      : await verifyIdToken(deployment, idToken, { ...verification, accessToken: token.accessToken }, http);
  return {
    ...token,
    ...grant,
    ...(claims === undefined ? {} : { idToken: idToken as string, claims }),
    ...(typeof authAt === 'number' ? { authAt } : {}),
    ...(typeof keysJwe === 'string' ? { keysJwe } : {}),
  };
}

/**
 * Requests an access token with a refresh token (RFC 6749, section 6). FxA's stays valid and unchanged; a server of the
 * standards answers with another one, and takes re-use of the old one for theft (RFC 9700, section 4.14.2): store the
 * new one first. `ttl` in seconds, known to FxA alone. Validate the response with `validateAccessToken`; if that fails,
 * destroy what `issuedTokens` finds. FxA: `scope` is always sent, because servers of 2019 otherwise grant none.
 *
 * @throws FxaError
 * - `reauth_required`: the grant is gone (400/108, or 401/110 on `/v1/oauth/token`; `invalid_grant` elsewhere)
 * - `scope_denied`, `misconfigured`, `invalid_request`, `bad_response`
 * - the codes of `requestJson`
 * @example
 * const response = await refreshAccessToken(deployment, { refreshToken, scope: 'profile' }, http);
 * const { accessToken } = await validateAccessToken(deployment, response);
 */
export async function refreshAccessToken(
  deployment: Deployment,
  { refreshToken, scope, ttl }: RefreshRequest,
  http: Http,
): Promise<TokenResponse> {
  // FxA: an empty scope yields a useless token.
  const scopes = parseScopes(scope).join(' ');
  if (scopes === '') throw new FxaError('invalid_request', 'A refresh needs a scope', { parameter: 'scope' });
  const parameters = {
    refresh_token: refreshToken,
    scope: scopes,
    ...(!followsStandards(deployment) && ttlParameter(ttl)),
  };
  return postToTokenEndpoint(deployment, 'refresh_token', parameters, http);
}

/**
 * The id by which a grant can be destroyed without its refresh token: the SHA-256 of the token's bytes, in hex.
 *
 * @throws FxaError `invalid_request` unless the token is 64 hexadecimal digits.
 * @example
 * const id = await refreshTokenId(grant.refreshToken);
 */
export async function refreshTokenId(refreshToken: string): Promise<string> {
  if (!HEX_TOKEN.test(refreshToken)) {
    throw new FxaError('invalid_request', 'Not a refresh token', { parameter: 'refresh_token' });
  }
  return sha256(Uint8Array.from(refreshToken.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
}

/**
 * The ids that may name the grant of a refresh token, by the dialect of the server; FxA's first, if it has that form.
 *
 * @example
 * const [{ refreshTokenId }] = await possibleGrantIds(refreshToken);
 */
export async function possibleGrantIds(
  refreshToken: string,
): Promise<{ refreshTokenId: string; dialect: Endpoints['dialect'] }[]> {
  const dialects = HEX_TOKEN.test(refreshToken) ? ([undefined, 'oauth2'] as const) : (['oauth2'] as const);
  return Promise.all(
    dialects.map(async (dialect) => ({ refreshTokenId: await grantId(refreshToken, dialect), dialect })),
  );
}

/** Not at FxA, the id only names the grant: nothing can be destroyed by it. */
function grantId(refreshToken: string, dialect: Endpoints['dialect']): Promise<string> {
  return dialect === 'oauth2' ? sha256(new TextEncoder().encode(refreshToken)) : refreshTokenId(refreshToken);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isRefreshToken(value: unknown, dialect: Endpoints['dialect']): value is string {
  return typeof value === 'string' && (dialect === 'oauth2' ? ANY_TOKEN : HEX_TOKEN).test(value);
}

function ttlParameter(ttl: number | undefined): Record<string, string> {
  if (ttl === undefined) return {};
  if (!Number.isSafeInteger(ttl) || ttl <= 0) {
    throw new FxaError('invalid_request', 'ttl must be a whole number of seconds', { parameter: 'ttl' });
  }
  return { ttl: String(ttl) };
}
