// Verifies an id_token with jose: signature, issuer, audience and expiry; `at_hash`, if present, is compared here. FxA
// does not support a nonce; `state` and PKCE take its place.
import {
  base64url,
  createLocalJWKSet,
  decodeJwt,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose';
import type { Deployment } from './environments.ts';
import { FxaError, isFxaError, type Reason } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';

export interface IdTokenClaims {
  iss: string;
  /** FxA: the account's uid, or a pairwise identifier if Mozilla configured the client that way. */
  sub: string;
  aud: string | string[];
  /** Seconds since the epoch, on the server's clock. */
  iat: number;
  exp: number;
  amr?: string[];
  acr?: string;
  at_hash?: string;
}

/**
 * Returns the key set document (RFC 7517, section 5), for callers that cache keys and refetch them for an unknown
 * `kid`; undefined when the token names none. This module caches nothing.
 */
export type KeySource = (kid: string | undefined) => Promise<unknown>;

export interface IdTokenOptions {
  /** The access token issued with it. */
  accessToken: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Allowed clock difference in seconds. Default 300. */
  clockTolerance?: number | undefined;
  /** Default: fetched from the deployment. */
  keySource?: KeySource | undefined;
}

/**
 * Verifies an id_token (OpenID Connect Core 1.0, section 3.1.3.7). Keys are fetched only for a valid header; a token
 * without `kid` is verified if exactly one key fits.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`, `id_token_algorithm`, `id_token_key`,
 * `id_token_signature`, `id_token_issuer`, `id_token_audience`, `id_token_expired`, `id_token_hash` or `keys` (unusable
 * key set); and the codes of `requestJson` from fetching the keys.
 * @example
 * const { sub } = await verifyIdToken(deployment, idToken, { accessToken, now: Date.now() }, http);
 */
export async function verifyIdToken(
  { clientId, endpoints, name }: Deployment,
  idToken: unknown,
  { accessToken, now, clockTolerance = 300, keySource }: IdTokenOptions,
  http: Http,
): Promise<IdTokenClaims> {
  if (typeof idToken !== 'string') throw refusal('id_token_malformed');
  const source = keySource ?? (() => requestJson(http, 'keys', endpoints.jwks, { method: 'GET' }));
  let payload: JWTPayload;
  let sourceError: unknown;
  try {
    const verified = await jwtVerify(
      idToken,
      async (header, token) => {
        // jose supports one critical extension, which no JWT may use (RFC 7797, section 7).
        if (header.crit !== undefined) throw refusal('id_token_malformed');
        const document = await source(header.kid).catch((error: unknown) => {
          sourceError = error;
          throw error;
        });
        return createLocalJWKSet(document as JSONWebKeySet)(header, token);
      },
      {
        algorithms: ['RS256'],
        issuer: issuers(endpoints),
        audience: clientId,
        requiredClaims: ['iat', 'exp'],
        currentDate: new Date(now),
        clockTolerance,
      },
    );
    payload = verified.payload;
  } catch (error) {
    // Not passed on, because jose's errors hold the claims.
    throw error === sourceError || isFxaError(error) ? error : refusal(reasonOf(error as JoseError));
  }
  const claims = knownClaims(payload, clientId);
  if (claims.at_hash !== undefined && claims.at_hash !== (await halfHash(utf8(accessToken)))) {
    if (name !== 'custom' || claims.at_hash !== (await halfHash(hashedIn2019(accessToken))))
      throw refusal('id_token_hash');
  }
  return claims;
}

/**
 * Checks the id_token that the answer to a refresh may have: of the same issuer, subject and client as the first one
 * (OpenID Connect Core 1.0, section 12.2). TLS stands in for its signature, as it may where the token endpoint itself
 * answers (section 3.1.3.7, rule 6), so that no refresh depends on the keys.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`, `id_token_issuer`, `id_token_audience` or
 * `id_token_subject`.
 * @example
 * checkRefreshedIdToken(deployment, response.id_token, claims.sub);
 */
export function checkRefreshedIdToken(
  { clientId, endpoints }: Deployment,
  idToken: unknown,
  subject: string,
): void {
  if (idToken === undefined) return;
  let payload: JWTPayload;
  try {
    payload = decodeJwt(idToken as string);
  } catch {
    throw refusal('id_token_malformed');
  }
  const { iss, sub } = knownClaims(payload, clientId);
  if (!issuers(endpoints).includes(iss)) throw refusal('id_token_issuer');
  if (sub !== subject) throw refusal('id_token_subject');
}

/** The subject that an id_token claims, which proves nothing; undefined if it can't be read. */
export function unverifiedSubject(idToken: unknown): string | undefined {
  try {
    const { sub } = decodeJwt(idToken as string);
    return typeof sub === 'string' ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** FxA: some documentation has the slash, responses never do. */
const issuers = ({ issuer }: Deployment['endpoints']) => [issuer, `${issuer}/`];

interface JoseError {
  readonly code?: string;
  readonly claim?: string;
}

const REASONS = new Map<string | undefined, Reason>([
  ['ERR_JOSE_ALG_NOT_ALLOWED', 'id_token_algorithm'],
  ['ERR_JOSE_NOT_SUPPORTED', 'id_token_malformed'],
  ['ERR_JWS_INVALID', 'id_token_malformed'],
  ['ERR_JWT_INVALID', 'id_token_malformed'],
  ['ERR_JWKS_NO_MATCHING_KEY', 'id_token_key'],
  ['ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'id_token_key'],
  ['ERR_JWS_SIGNATURE_VERIFICATION_FAILED', 'id_token_signature'],
  ['ERR_JWT_EXPIRED', 'id_token_expired'],
]);
const CLAIMS = new Map<string | undefined, Reason>([
  ['iss', 'id_token_issuer'],
  ['aud', 'id_token_audience'],
]);

/** A key that cannot be imported, or is too short, fails with an error of the platform: `keys`. */
function reasonOf({ code, claim }: JoseError): Reason {
  if (code === 'ERR_JWT_CLAIM_VALIDATION_FAILED') return CLAIMS.get(claim) ?? 'id_token_malformed';
  return REASONS.get(code) ?? 'keys';
}

function knownClaims(payload: JWTPayload, clientId: string): IdTokenClaims {
  const { iss = '', sub, aud = [], iat = NaN, exp = NaN, amr, acr, at_hash, azp } = payload;
  // Only this client is a trusted audience, since `resource` is never sent.
  const audiences = [aud].flat();
  if (audiences.length === 0 || audiences.some((one) => one !== clientId)) throw refusal('id_token_audience');
  if (azp !== undefined && azp !== clientId) throw refusal('id_token_audience');
  if (typeof sub !== 'string' || sub === '') throw refusal('id_token_malformed');
  if (at_hash !== undefined && typeof at_hash !== 'string') throw refusal('id_token_hash');
  return {
    iss,
    sub,
    aud,
    iat,
    exp,
    ...(Array.isArray(amr) ? { amr: amr.filter((method) => typeof method === 'string') } : {}),
    ...(typeof acr === 'string' ? { acr } : {}),
    ...(at_hash === undefined ? {} : { at_hash }),
  };
}

/** Never contains claims. */
function refusal(reason: Reason): FxaError {
  return new FxaError('bad_response', `The id_token was refused: ${reason}`, { reason });
}

const utf8 = (text: string) => new TextEncoder().encode(text);

// OpenID Connect Core 1.0, section 3.1.3.6: the left half of RS256's hash.
async function halfHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return base64url.encode(digest.subarray(0, 16));
}

/**
 * FxA: servers of 2019 do not hash the access token but its bytes decoded as ASCII, up to the first that are not pairs
 * of hexadecimal digits. Usually nothing is left.
 */
function hashedIn2019(accessToken: string): Uint8Array<ArrayBuffer> {
  const [digits = ''] = /^(?:[0-9a-f]{2})*/i.exec(accessToken) ?? [];
  // Node's `ascii` decoding drops the highest bit.
  const text = String.fromCharCode(...bytesOfHex(digits).map((byte) => byte & 0x7f));
  return bytesOfHex(/^(?:[0-9a-f]{2})*/i.exec(text)?.[0] ?? '');
}

function bytesOfHex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
