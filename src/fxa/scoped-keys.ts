// Scoped keys: encryption keys known only to the user's devices. The sign-in page derives them from the password and
// encrypts them to this attempt's public key, so that Mozilla's servers see only ciphertext.
import { base64url, compactDecrypt, decodeProtectedHeader, importJWK } from 'jose';
import { FxaError } from './errors.ts';

/** A symmetric key as JWK (RFC 7517), ready for `crypto.subtle.importKey('jwk', …)`. */
export interface ScopedKey {
  readonly kty: 'oct';
  /** The key in base64url. FxA: 32 bytes, for Sync scopes 64. */
  readonly k: string;
  /** `<timestamp>-<fingerprint>`. FxA: the timestamp is in seconds, for Sync scopes in milliseconds. */
  readonly kid: string;
}

/** By scope. */
export type ScopedKeys = Readonly<Record<string, ScopedKey>>;

/** Key ids by scope. Not secret. */
export type KeyIds = Readonly<Record<string, Pick<ScopedKey, 'kid'>>>;

// Base64url of 16, 32, 64 and any number of bytes, with zero padding bits (RFC 4648, section 3.5).
const B16 = '[\\w-]{21}[AQgw]';
const B32 = '[\\w-]{42}[AEIMQUYcgkosw048]';
const B64 = '[\\w-]{85}[AQgw]';
const BYTES = '(?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?';
// FxA: at most 1024 characters, enough for two scopes. Twice that leaves room and still limits the work.
const JWE = new RegExp(`^(?=.{1,2048}$)${BYTES}\\.\\.[\\w-]{16}\\.${BYTES}\\.${B16}$`);
const K = new RegExp(`^(?:${B32}|${B64})$`);
const KID = new RegExp(`^(\\d{10,13})-${B16}$`);

/**
 * An ephemeral P-256 key pair for one attempt. Pass `keysJwk` to `authorizationUrl`; keep `privateJwk`, which is plain
 * JSON, in memory (`storage.session`) until the response arrives, then delete it.
 *
 * @example
 * const { keysJwk, privateJwk } = await newKeyRequest();
 */
export async function newKeyRequest(): Promise<{ keysJwk: string; privateJwk: JsonWebKey }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
  const { kty, crv, x, y, d } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  // Without WebCrypto's own `key_ops` and `ext`.
  const publicJwk = { kty, crv, x, y } as JsonWebKey;
  return {
    keysJwk: base64url.encode(JSON.stringify(publicJwk)),
    privateJwk: { ...publicJwk, d } as JsonWebKey,
  };
}

/**
 * Decrypts `keys_jwe` of a token response and returns the keys of the scopes; others are dropped.
 *
 * @throws FxaError `bad_response` with reason
 * - `keys_missing`: no bundle, or a scope is missing. FxA: omits keys without an error for clients not listed
 *   for them
 * - `keys_malformed`: cannot be decrypted with this key, or has another format than FxA's
 * @example
 * const keys = await openScopedKeys(grant.keysJwe, privateJwk, [scope]);
 */
export async function openScopedKeys(
  keysJwe: string | undefined,
  privateJwk: JsonWebKey,
  scopes: readonly string[],
): Promise<ScopedKeys> {
  if (keysJwe === undefined) throw missing();
  const bundle = parseBundle(await decryptKeysJwe(keysJwe, privateJwk));
  return Object.fromEntries(
    scopes.map((scope) => {
      if (!Object.hasOwn(bundle, scope)) throw missing();
      return [scope, parseKey(bundle[scope], scope)];
    }),
  );
}

/**
 * Decrypts a compact JWE (RFC 7516, section 7.1) made with ECDH-ES on P-256 and A256GCM; others are rejected.
 *
 * @throws FxaError `bad_response` with reason `keys_malformed`.
 */
export async function decryptKeysJwe(keysJwe: string, privateJwk: JsonWebKey): Promise<Uint8Array> {
  if (!JWE.test(keysJwe)) throw malformed();
  try {
    const { zip, crit, epk } = decodeProtectedHeader(keysJwe) as Record<string, unknown>;
    // jose would inflate the content, and would accept any curve that both keys share.
    const plain = zip === undefined && crit === undefined;
    const curves = [privateJwk, epk] as readonly (JsonWebKey | undefined)[];
    if (!plain || curves.some((key) => key?.crv !== 'P-256')) throw malformed();
    const key = await importJWK({ ...privateJwk, kty: 'EC' }, 'ECDH-ES');
    const algorithms = { keyManagementAlgorithms: ['ECDH-ES'], contentEncryptionAlgorithms: ['A256GCM'] };
    return (await compactDecrypt(keysJwe, key, algorithms)).plaintext;
  } catch {
    // One error for all causes: distinguishable decryption failures would be an oracle.
    throw malformed();
  }
}

/**
 * Compares two bundles of one account by the `kid`s of their common scopes. FxA: keys change when the password is reset
 * without recovery, and the timestamp in `kid` then increases; changing the password keeps the keys.
 *
 * - `same`: nothing changed.
 * - `rotated`: at least one key changed. Keep `after`; it cannot decrypt data encrypted under the previous key.
 * - `older`: at least one timestamp decreased, as in a delayed or replayed response. Keep `before`, because abandoned
 *   keys must not be trusted again.
 *
 * @example
 * if (compareScopedKeys(stored, received) !== 'older') await save(received);
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
    // Dropped, because its message quotes the keys.
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
