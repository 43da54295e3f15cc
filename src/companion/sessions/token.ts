// Session tokens: 32 random bytes, of which the companion stores only the hash. What is sealed under one can be read
// only while its owner presents it: the uid under a session token, what a one-time code is redeemed for under that code.
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const LENGTH = 32;
const ALGORITHM = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

type Purpose = 'companion uid' | 'web sign-in';

/** A new random session token. */
export function newSessionToken(): Buffer {
  return randomBytes(LENGTH);
}

/** Parses a token; undefined when it isn't formatted like one of ours. */
export function parseSessionToken(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Only the canonical spelling: 43 characters have two spare bits.
  return bytes.length === LENGTH && bytes.toString('base64url') === text ? bytes : undefined;
}

/** Formats a token for its owner. */
export function formatSessionToken(token: Uint8Array): string {
  return Buffer.from(token).toString('base64url');
}

/** The stored hash. The token is random, so a salt or slow hash would add nothing. */
export function sessionHash(token: Uint8Array): Buffer {
  return createHash('sha256').update(token).digest();
}

/** AES-256-GCM under HKDF-SHA256 of the token (RFC 5869): nonce, tag, text. */
export function seal(purpose: Purpose, token: Uint8Array, plain: string): Buffer {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv(ALGORITHM, keyOf(purpose, token), nonce, { authTagLength: TAG_LENGTH });
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** Decrypts what `seal` returned for this purpose and token; else throws an Error without details. */
export function unseal(purpose: Purpose, token: Uint8Array, sealed: Uint8Array): string {
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  const tag = sealed.subarray(NONCE_LENGTH, NONCE_LENGTH + TAG_LENGTH);
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(purpose, token), nonce, { authTagLength: TAG_LENGTH });
    decipher.setAuthTag(tag);
    const text = decipher.update(sealed.subarray(NONCE_LENGTH + TAG_LENGTH));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new Error('It cannot be decrypted with this token');
  }
}

function keyOf(purpose: Purpose, token: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', token, new Uint8Array(), purpose, 32));
}
