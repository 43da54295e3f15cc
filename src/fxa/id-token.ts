// The id_token, verified by jose: RS256 by `kid`, issuer, audience, expiry, and `at_hash` where there is one. FxA never
// sends a nonce; state and PKCE stand in its place.
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import type { Deployment } from './environments.ts';
import { FxaError, isFxaError } from './errors.ts';
import type { Reason } from './errors.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';

export interface IdTokenClaims {
  iss: string;
  /** FxA: the account's uid, or another name for it where the client is set up so. */
  sub: string;
  aud: string | string[];
  /** Seconds since the epoch, by the clock of Mozilla accounts. */
  iat: number;
  exp: number;
  amr?: string[];
  acr?: string;
  at_hash?: string;
}

/** Gives the key set document (RFC 7517, section 5). For callers that keep keys between calls; this module keeps nothing. */
export type KeySource = () => Promise<unknown>;

export interface IdTokenOptions {
  /** The access token that came with it. */
  accessToken: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Seconds. Default 300. */
  clockTolerance?: number | undefined;
  keySource?: KeySource | undefined;
}

/** FxA of 2019: its `at_hash` is always that of the empty string. */
const HASH_OF_NOTHING = '47DEQpj8HBSa-_TImW-5JA';

/**
 * Verifies an id_token (OpenID Connect Core 1.0, section 3.1.3.7). The key set is asked for only when the header is fit.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`, `…_algorithm`, `…_key`, `…_signature`, `…_issuer`,
 * `…_audience`, `…_expired`, `…_hash`, or `keys` (the key set cannot be used); and what fetching the keys throws.
 */
export async function verifyIdToken(
  deployment: Deployment,
  idToken: unknown,
  { accessToken, now, clockTolerance = 300, keySource }: IdTokenOptions,
  http: Http,
): Promise<IdTokenClaims> {
  if (typeof idToken !== 'string') throw refusal('id_token_malformed');
  const { clientId, endpoints, name } = deployment;
  const source = keySource ?? (() => requestJson(http, 'keys', endpoints.jwks, { method: 'GET' }));
  const { payload } = await jwtVerify(
    idToken,
    async (header, token) => {
      // Without a `kid` jose would take the only key there is.
      if (typeof header.kid !== 'string') throw refusal('id_token_key');
      return keySet(await source())(header, token);
    },
    {
      algorithms: ['RS256'],
      issuer: [endpoints.issuer, `${endpoints.issuer}/`],
      audience: clientId,
      currentDate: new Date(now),
      clockTolerance,
      requiredClaims: ['iss', 'aud', 'sub', 'exp', 'iat'],
    },
  ).catch((error: unknown) => {
    throw isFxaError(error) ? error : refusal(reasonOf(error));
  });
  const claims = checkedClaims(payload, clientId);
  if (claims.at_hash !== undefined && claims.at_hash !== (await halfHash(accessToken))) {
    if (name !== 'custom' || claims.at_hash !== HASH_OF_NOTHING) throw refusal('id_token_hash');
  }
  return claims;
}

function keySet(document: unknown) {
  try {
    return createLocalJWKSet(document as JSONWebKeySet);
  } catch {
    throw refusal('keys');
  }
}

// By `code`, as jose asks; its errors carry the claims, so they are not kept.
function reasonOf(error: unknown): Reason {
  const { code, claim } = error as { code?: unknown; claim?: unknown };
  switch (code) {
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return 'id_token_algorithm';
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return 'id_token_key';
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'id_token_signature';
    case 'ERR_JWT_EXPIRED':
      return 'id_token_expired';
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      if (claim === 'iss') return 'id_token_issuer';
      return claim === 'aud' ? 'id_token_audience' : 'id_token_malformed';
    case 'ERR_JWS_INVALID':
    case 'ERR_JWT_INVALID':
    case 'ERR_JOSE_NOT_SUPPORTED':
      return 'id_token_malformed';
    default:
      // What is left is a key that cannot be imported, or is too short to be trusted.
      return 'keys';
  }
}

function checkedClaims(payload: JWTPayload, clientId: string): IdTokenClaims {
  const { iss, sub, aud, iat, exp, amr, acr, at_hash, azp } = payload;
  // jose is content when the client is one audience of several. No other is trusted here: `resource` is never sent.
  if (![aud].flat().every((one) => one === clientId)) throw refusal('id_token_audience');
  if (azp !== undefined && azp !== clientId) throw refusal('id_token_audience');
  const wellFormed =
    typeof iss === 'string' &&
    typeof sub === 'string' &&
    sub !== '' &&
    typeof iat === 'number' &&
    typeof exp === 'number';
  if (!wellFormed || aud === undefined) throw refusal('id_token_malformed');
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

// OpenID Connect Core 1.0, section 3.1.3.6: the left half of the hash that belongs to RS256.
async function halfHash(accessToken: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken)));
  const text = btoa(String.fromCharCode(...digest.subarray(0, 16)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function refusal(reason: Reason): FxaError {
  return new FxaError('bad_response', `The id_token was refused: ${reason}`, { reason });
}
