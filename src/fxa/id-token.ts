// The id_token: its signature (id-token-signature.ts), then issuer, audience, expiry, and `at_hash` where there is one. FxA
// never sends a nonce; state and PKCE stand in its place.
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

/**
 * Gives the key set document (RFC 7517, section 5). For callers that keep keys between calls, and fetch them anew for a `kid`
 * they do not know; this module keeps nothing.
 */
export type KeySource = (kid: string) => Promise<unknown>;

export interface IdTokenOptions {
  /** The access token that came with it. */
  accessToken: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** Seconds. Default 300. */
  clockTolerance?: number | undefined;
  keySource?: KeySource | undefined;
}

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
  const payload = await verifiedPayload(idToken, async (kid) => keyOf(await source(kid), kid));
  const issuers = [endpoints.issuer, `${endpoints.issuer}/`];
  const claims = checkedClaims(payload, { clientId, issuers, now: Math.floor(now / 1000), clockTolerance });
  if (claims.at_hash !== undefined && claims.at_hash !== (await halfHash(utf8(accessToken)))) {
    if (name !== 'custom' || claims.at_hash !== (await halfHash(hashedIn2019(accessToken))))
      throw refusal('id_token_hash');
  }
  return claims;
}

/** RFC 7517, section 5. */
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
  // No other audience is trusted beside this client: `resource` is never sent.
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
  // Said so that an instant that is no number counts as too late.
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

// OpenID Connect Core 1.0, section 3.1.3.6: the left half of the hash that belongs to RS256.
async function halfHash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const text = btoa(String.fromCharCode(...digest.subarray(0, 16)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * What servers of 2019 hash in place of the access token: its bytes, read as ASCII, as far as they happen to be pairs of
 * hexadecimal digits. Mostly nothing.
 */
function hashedIn2019(accessToken: string): Uint8Array<ArrayBuffer> {
  const [digits = ''] = /^(?:[0-9a-f]{2})*/i.exec(accessToken) ?? [];
  // Node's `ascii` drops the highest bit.
  const text = String.fromCharCode(...bytesOfHex(digits).map((byte) => byte & 0x7f));
  return bytesOfHex(/^(?:[0-9a-f]{2})*/i.exec(text)?.[0] ?? '');
}

function bytesOfHex(digits: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
