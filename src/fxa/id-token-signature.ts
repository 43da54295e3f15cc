// Verifies the RS256 signature of an id_token (RFC 7515) with WebCrypto.
//
// jose is not used here: supporting only this algorithm and form makes the background 3 kB smaller. The token comes
// from the token endpoint over TLS, where OpenID Connect Core 1.0 (section 3.1.3.7) does not even require a signature
// check.
import { FxaError } from './errors.ts';
import type { Reason } from './errors.ts';

/** The members read of a public key (RFC 7517, section 4). */
export interface PublicKey {
  readonly kid?: unknown;
  readonly kty?: unknown;
  readonly n?: unknown;
  readonly e?: unknown;
  readonly d?: unknown;
  readonly alg?: unknown;
  readonly use?: unknown;
  readonly key_ops?: unknown;
}

const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

/** RFC 7518, section 3.3. */
const SHORTEST_BITS = 2048;

/**
 * Verifies the token's signature and returns its payload. `keyFor` is called only for a valid header.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`, `id_token_algorithm`, `id_token_key` (no `kid`),
 * `id_token_signature` or `keys` (the key is unsuitable or too short); and whatever `keyFor` throws.
 */
export async function verifiedPayload(
  token: string,
  keyFor: (kid: string) => Promise<PublicKey>,
): Promise<Uint8Array> {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0) throw refusal('id_token_malformed');
  const { alg, kid, crit } = parsedObject(bytesOf(header));
  // No critical extension is supported (RFC 7515, section 4.1.11).
  if (typeof alg !== 'string' || crit !== undefined) throw refusal('id_token_malformed');
  if (alg !== 'RS256') throw refusal('id_token_algorithm');
  const [said, signed] = [bytesOf(payload), bytesOf(signature)];
  if (typeof kid !== 'string') throw refusal('id_token_key');
  const key = await imported(await keyFor(kid));
  const input = new TextEncoder().encode(`${header}.${payload}`);
  if (!(await crypto.subtle.verify(RS256, key, signed, input))) throw refusal('id_token_signature');
  return said;
}

/** Whether the key may verify RS256 signatures (RFC 7517, sections 4.2 and 4.4). Pure. */
export function isForSignatures({ kty, alg = 'RS256', use = 'sig' }: PublicKey): boolean {
  return kty === 'RSA' && alg === 'RS256' && use === 'sig';
}

async function imported(jwk: PublicKey): Promise<CryptoKey> {
  const { n, e, d, key_ops: uses } = jwk;
  if (!isForSignatures(jwk) || typeof n !== 'string' || typeof e !== 'string' || d !== undefined)
    throw refusal('keys');
  if (uses !== undefined && !(Array.isArray(uses) && uses.includes('verify'))) throw refusal('keys');
  const key = await crypto.subtle
    .importKey('jwk', { kty: 'RSA', n, e }, RS256, false, ['verify'])
    .catch(() => undefined);
  const { modulusLength = 0 } = (key?.algorithm ?? {}) as { modulusLength?: number };
  if (!key || modulusLength < SHORTEST_BITS) throw refusal('keys');
  return key;
}

/**
 * Parses bytes as a JSON object.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`.
 */
export function parsedObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Dropped, because its message quotes the token.
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw refusal('id_token_malformed');
  return found as Readonly<Record<string, unknown>>;
}

/** RFC 7515, section 2: base64url without padding. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) throw refusal('id_token_malformed');
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** The error for a rejected id_token. Never contains its claims. */
export function refusal(reason: Reason): FxaError {
  return new FxaError('bad_response', `The id_token was refused: ${reason}`, { reason });
}
