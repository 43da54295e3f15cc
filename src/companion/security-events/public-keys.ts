// Selects the keys of a JWK Set (RFC 7517, section 5) that may verify RS256 signatures.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { LONGEST_KID, isObject } from './signature.ts';
import type { Claims } from './signature.ts';

const MOST_KEYS = 64;
/** Bits. The minimum is RFC 7518's (section 3.3); larger than the maximum would only be slow. */
const MODULUS = { least: 2048, most: 8192 };
/** NIST FIPS 186-5, section A.1.1: the minimum public exponent. */
const LEAST_EXPONENT = 65537n;

/**
 * The usable keys by id. Invalid keys and keys for other uses are skipped; an id used by two RSA keys is dropped.
 *
 * @throws Error when the document is not a key set, has more than 64 keys, or no usable one.
 */
export function publicKeys(document: Claims): Map<string, KeyObject> {
  const { keys } = document;
  if (!Array.isArray(keys)) throw new Error('The document is not a key set');
  if (keys.length > MOST_KEYS) throw new Error(`The key set has more than ${MOST_KEYS} keys`);
  const candidates = new Map<string, Claims | undefined>();
  for (const key of keys as unknown[]) {
    if (!isObject(key) || key.kty !== 'RSA' || typeof key.kid !== 'string') continue;
    candidates.set(key.kid, candidates.has(key.kid) ? undefined : key);
  }
  const usable = new Map<string, KeyObject>();
  for (const [kid, jwk] of candidates) {
    const key = jwk && kid !== '' && kid.length <= LONGEST_KID ? publicKey(jwk) : undefined;
    if (key) usable.set(kid, key);
  }
  if (usable.size === 0) throw new Error('The key set has no key for RS256');
  return usable;
}

function publicKey({ n, e, alg = 'RS256', use = 'sig', key_ops = ['verify'], ...rest }: Claims) {
  if (alg !== 'RS256' || use !== 'sig' || !Array.isArray(key_ops) || !key_ops.includes('verify'))
    return undefined;
  // A key whose private part is published is compromised.
  if (typeof n !== 'string' || typeof e !== 'string' || 'd' in rest) return undefined;
  try {
    const key = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' });
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
    const sound =
      modulusLength >= MODULUS.least && modulusLength <= MODULUS.most && publicExponent >= LEAST_EXPONENT;
    return sound ? key : undefined;
  } catch {
    return undefined;
  }
}
