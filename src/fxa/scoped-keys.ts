// Scoped keys: encryption keys that only the person's devices know. Mozilla accounts' page derives them from the password
// and encrypts them to a key of this one attempt; its servers see ciphertext only.
import { base64url, compactDecrypt, decodeProtectedHeader, importJWK } from 'jose';
import { FxaError } from './errors.ts';

/** A symmetric key as JWK (RFC 7517), ready for `crypto.subtle.importKey('jwk', …)`. */
export interface ScopedKey {
  readonly kty: 'oct';
  /** The key in base64url. FxA: 32 bytes; 64 for the scopes of Sync. */
  readonly k: string;
  /** `<timestamp>-<fingerprint>`. FxA: the timestamp is in seconds, for the scopes of Sync in milliseconds. */
  readonly kid: string;
}

/** By scope. */
export type ScopedKeys = Readonly<Record<string, ScopedKey>>;

/** Which key it is, by scope; no secret. */
export type KeyIds = Readonly<Record<string, Pick<ScopedKey, 'kid'>>>;

// Base64url of 16, 32, 64 and any number of bytes, without spare bits that could be set (RFC 4648, section 3.5).
const B16 = '[\\w-]{21}[AQgw]';
const B32 = '[\\w-]{42}[AEIMQUYcgkosw048]';
const B64 = '[\\w-]{85}[AQgw]';
const BYTES = '(?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?';
// FxA: at most 1024 characters, which is two scopes. Twice that leaves room, and still bounds the work.
const JWE = new RegExp(`^(?=.{1,2048}$)${BYTES}\\.\\.[\\w-]{16}\\.${BYTES}\\.${B16}$`);
const K = new RegExp(`^(?:${B32}|${B64})$`);
const KID = new RegExp(`^(\\d{10,13})-${B16}$`);

/**
 * An ephemeral P-256 key for one attempt. `keysJwk` goes to `authorizationUrl`; `privateJwk` is plain JSON, to be kept in
 * memory (`storage.session`) until the answer comes, and forgotten then.
 */
export async function newKeyRequest(): Promise<{ keysJwk: string; privateJwk: JsonWebKey }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  // `key_ops` and `ext` are left out: they are WebCrypto's, and say nothing about the key.
  const publicJwk = { kty, crv, x, y } as JsonWebKey;
  return {
    keysJwk: base64url.encode(JSON.stringify(publicJwk)),
    privateJwk: { ...publicJwk, d } as JsonWebKey,
  };
}

/**
 * Opens `keys_jwe` of a token answer and takes the wanted keys out of it; others are dropped.
 *
 * @throws FxaError `bad_response` with reason `keys_missing` (no bundle, or a wanted scope is not in it. FxA: leaves keys out
 * without a word where the client is not listed for them) or `keys_malformed` (cannot be decrypted with this key, or is not
 * what FxA makes).
 */
export async function openScopedKeys(
  keysJwe: string | undefined,
  privateJwk: JsonWebKey,
  wantedScopes: readonly string[],
): Promise<ScopedKeys> {
  if (keysJwe === undefined) throw missing();
  const bundle = parseBundle(await decryptKeysJwe(keysJwe, privateJwk));
  return Object.fromEntries(
    wantedScopes.map((scope) => {
      if (!Object.hasOwn(bundle, scope)) throw missing();
      return [scope, parseKey(bundle[scope], scope)];
    }),
  );
}

/**
 * What is in a compact JWE (RFC 7516, section 7.1): ECDH-ES on P-256 and A256GCM, and nothing else that the format allows.
 *
 * @throws FxaError `bad_response` with reason `keys_malformed`.
 */
export async function decryptKeysJwe(keysJwe: string, privateJwk: JsonWebKey): Promise<Uint8Array> {
  if (!JWE.test(keysJwe)) throw malformed();
  try {
    const { zip, crit, epk } = decodeProtectedHeader(keysJwe) as Record<string, unknown>;
    // jose would inflate, and would take any curve that both keys are on.
    const plain = zip === undefined && crit === undefined;
    const curves = [privateJwk, epk] as readonly (JsonWebKey | undefined)[];
    if (!plain || curves.some((key) => key?.crv !== 'P-256')) throw malformed();
    const key = await importJWK({ ...privateJwk, kty: 'EC' }, 'ECDH-ES');
    const algorithms = { keyManagementAlgorithms: ['ECDH-ES'], contentEncryptionAlgorithms: ['A256GCM'] };
    return (await compactDecrypt(keysJwe, key, algorithms)).plaintext;
  } catch {
    // What went wrong is nobody's business: told apart, failures to decrypt are an oracle.
    throw malformed();
  }
}

/**
 * Compares two bundles of one account, by the `kid`s of the scopes in both. FxA: a key changes when the password is reset
 * without recovery, and the timestamp in its `kid` then grows; a change of the password changes no key.
 *
 * - `same`: nothing changed.
 * - `rotated`: at least one key is another. Keep `after`; what was encrypted under the former key cannot be read with it.
 * - `older`: at least one timestamp goes backwards, as in an answer that comes late or is played again. Keep `before`: what
 *   was encrypted under a key that was given up should not be trusted again.
 */
export function compareScopedKeys(before: KeyIds, after: KeyIds): 'same' | 'rotated' | 'older' {
  const changed = Object.keys(after).filter(
    (scope) => Object.hasOwn(before, scope) && before[scope]?.kid !== after[scope]?.kid,
  );
  if (changed.some((scope) => timestamp(after[scope]) < timestamp(before[scope]))) return 'older';
  return changed.length === 0 ? 'same' : 'rotated';
}

function timestamp(key: Pick<ScopedKey, 'kid'> | undefined): number {
  return Number(KID.exec(key?.kid ?? '')?.[1]);
}

function parseBundle(plaintext: Uint8Array): Readonly<Record<string, unknown>> {
  let bundle: unknown;
  try {
    bundle = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext));
  } catch {
    // A parser's message quotes what it read, and that is keys.
  }
  if (typeof bundle !== 'object' || bundle === null || Array.isArray(bundle)) throw malformed();
  return bundle as Readonly<Record<string, unknown>>;
}

function parseKey(value: unknown, scope: string): ScopedKey {
  const { kty, k, kid, scope: named = scope } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const fits =
    kty === 'oct' &&
    typeof k === 'string' &&
    K.test(k) &&
    typeof kid === 'string' &&
    KID.test(kid) &&
    named === scope;
  if (!fits) throw malformed();
  return { kty, k, kid };
}

function missing(): FxaError {
  return new FxaError('bad_response', 'There are no scoped keys in the answer', { reason: 'keys_missing' });
}

function malformed(): FxaError {
  return new FxaError('bad_response', 'The scoped keys cannot be used', { reason: 'keys_malformed' });
}
