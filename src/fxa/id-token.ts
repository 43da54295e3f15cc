// Verifies an id_token: signature, issuer, audience, expiry, and `at_hash` if present. FxA does not support a nonce;
// `state` and PKCE take its place.
import type { Deployment } from './environments.ts';
import { requestJson } from './http.ts';
import type { Http } from './http.ts';
import {
  isForSignatures,
  parsedObject,
  refusal,
  verifiedPayload,
  type PublicKey,
} from './id-token-signature.ts';

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
 * `kid`. This module caches nothing.
 */
export type KeySource = (kid: string) => Promise<unknown>;

export interface IdTokenOptions {
  /** The access token issued with it. */
  accessToken: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Seconds. Default 300. */
  clockTolerance?: number | undefined;
  keySource?: KeySource | undefined;
}

/**
 * Verifies an id_token (OpenID Connect Core 1.0, section 3.1.3.7). Keys are fetched only for a valid header.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`, `id_token_algorithm`, `id_token_key`,
 * `id_token_signature`, `id_token_issuer`, `id_token_audience`, `id_token_expired`, `id_token_hash` or `keys` (unusable
 * key set); and the codes of `requestJson` from fetching the keys.
 * @example
 * const { sub } = await verifyIdToken(deployment, idToken, { accessToken, now: Date.now() }, http);
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
  const payload = await verifiedPayload(idToken, async (kid) => keyOf(await source(kid), kid));
  const issuers = [endpoints.issuer, `${endpoints.issuer}/`];
  const claims = checkedClaims(payload, { clientId, issuers, now: Math.floor(now / 1000), clockTolerance });
  if (claims.at_hash !== undefined && claims.at_hash !== (await halfHash(utf8(accessToken)))) {
    if (name !== 'custom' || claims.at_hash !== (await halfHash(hashedIn2019(accessToken))))
      throw refusal('id_token_hash');
  }
  return claims;
}

/** The only signing key with this `kid` in a key set (RFC 7517, section 5). */
function keyOf(document: unknown, kid: string): PublicKey {
  const { keys } = Object(document) as { keys?: unknown };
  if (!Array.isArray(keys) || keys.some((key) => typeof key !== 'object' || key === null))
    throw refusal('keys');
  const [key, ...others] = (keys as PublicKey[]).filter((one) => one.kid === kid && isForSignatures(one));
  if (key === undefined || others.length > 0) throw refusal('id_token_key');
  return key;
}

interface Expected {
  readonly clientId: string;
  readonly issuers: readonly unknown[];
  /** Both in seconds. */
  readonly now: number;
  readonly clockTolerance: number;
}

function checkedClaims(payload: Uint8Array, expected: Expected): IdTokenClaims {
  const { clientId, issuers, now, clockTolerance } = expected;
  const { iss, sub, aud, iat, exp, nbf, amr, acr, at_hash, azp } = parsedObject(payload);
  if (!issuers.includes(iss)) throw refusal('id_token_issuer');
  // Only this client is a trusted audience, since `resource` is never sent.
  const audiences = [aud].flat();
  if (audiences.length === 0 || audiences.some((one) => one !== clientId)) throw refusal('id_token_audience');
  if (azp !== undefined && azp !== clientId) throw refusal('id_token_audience');
  const wellFormed =
    typeof sub === 'string' &&
    sub !== '' &&
    typeof iat === 'number' &&
    typeof exp === 'number' &&
    (nbf === undefined || (typeof nbf === 'number' && nbf <= now + clockTolerance));
  if (!wellFormed) throw refusal('id_token_malformed');
  // Negated, so that NaN counts as expired.
  if (!(exp > now - clockTolerance)) throw refusal('id_token_expired');
  if (at_hash !== undefined && typeof at_hash !== 'string') throw refusal('id_token_hash');
  return {
    iss: iss as string,
    sub,
    aud: aud as string | string[],
    iat,
    exp,
    ...(Array.isArray(amr) ? { amr: amr.filter((method) => typeof method === 'string') } : {}),
    ...(typeof acr === 'string' ? { acr } : {}),
    ...(at_hash === undefined ? {} : { at_hash }),
  };
}

const utf8 = (text: string) => new TextEncoder().encode(text);

// OpenID Connect Core 1.0, section 3.1.3.6: the left half of RS256's hash.
async function halfHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const text = btoa(String.fromCharCode(...digest.subarray(0, 16)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
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
