// Which keys of a key set document (RFC 7517, section 5) may verify an RS256 signature.
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { LONGEST_KID, isObject } from './signature.ts';
import type { Claims } from './signature.ts';

const MOST_KEYS = 64;
/** Bits. RFC 7518, section 3.3, demands the least; more than the most would only be slow. */
const MODULUS = { least: 2048, most: 8192 };
/** NIST FIPS 186-5, section A.1.1: the least public exponent that is sound. */
const LEAST_EXPONENT = 65537n;

/**
 * The usable keys by their ids. What is broken, or meant for something else, is passed over; an id that two RSA keys claim is
 * nobody's.
 *
 * @throws Error when the document is no key set, holds more than 64 keys, or none that can be used.
 */
export function publicKeys(document: Claims): Map<string, KeyObject> {
  const { keys } = document;
  if (!Array.isArray(keys)) throw new Error('The document is no key set');
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
  // Whoever publishes the private half has lost it.
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
