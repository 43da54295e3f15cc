// The signature of an id_token: RS256 with a key named by `kid` (RFC 7515), by WebCrypto.
//
// jose is left aside on purpose: it is made for every algorithm and form, this is for one of each, and the background is
// 3 kB smaller. The token comes from the token endpoint over TLS, where OpenID Connect Core 1.0 (section 3.1.3.7) would do
// without any signature.
import { FxaError } from './errors.ts';
import type { Reason } from './errors.ts';

/** A key of a key set (RFC 7517), as far as this reads it. */
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
 * What the token says, once its signature is verified. The key is asked for only when the header is fit.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`, `…_algorithm`, `…_key` (none is named), `…_signature`, or
 * `keys` (the key is none to verify with, or too short); and what asking for the key throws.
 */
export async function verifiedPayload(
  token: string,
  keyFor: (kid: string) => Promise<PublicKey>,
): Promise<Uint8Array> {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0) throw refusal('id_token_malformed');
  const { alg, kid, crit } = parsedObject(bytesOf(header));
  // What is critical would have to be understood (RFC 7515, section 4.1.11), and nothing beyond these is.
  if (typeof alg !== 'string' || crit !== undefined) throw refusal('id_token_malformed');
  if (alg !== 'RS256') throw refusal('id_token_algorithm');
  const [said, signed] = [bytesOf(payload), bytesOf(signature)];
  if (typeof kid !== 'string') throw refusal('id_token_key');
  const key = await imported(await keyFor(kid));
  const input = new TextEncoder().encode(`${header}.${payload}`);
  if (!(await crypto.subtle.verify(RS256, key, signed, input))) throw refusal('id_token_signature');
  return said;
}

/** A key that says what it is for is for nothing else (RFC 7517, sections 4.2 and 4.4). Pure. */
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
 * The JSON object in these bytes.
 *
 * @throws FxaError `bad_response` with reason `id_token_malformed`.
 */
export function parsedObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // A parser's message quotes what it read.
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

/** Why an id_token was not taken; what it said is not told. */
export function refusal(reason: Reason): FxaError {
  return new FxaError('bad_response', `The id_token was refused: ${reason}`, { reason });
}
