// Encrypts a text with a key derived from a token that the database doesn't have, so that it alone reveals nothing: the
// uid under the session token, what a one-time code is redeemed for under that code.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

type Purpose = 'companion uid' | 'web sign-in';

/** AES-256-GCM under HKDF-SHA256 of the token (RFC 5869): nonce, tag, text. */
export function seal(purpose: Purpose, token: Uint8Array, plain: string): Buffer {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv(ALGORITHM, keyOf(purpose, token), nonce, { authTagLength: TAG_LENGTH });
  const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** Seals a uid under its session token. */
export function sealUid(token: Uint8Array, uid: string): Buffer {
  return seal('companion uid', token, uid);
}

/**
 * Decrypts a sealed uid.
 *
 * @throws Error when it wasn't sealed with this session token; without details.
 */
export function openUid(token: Uint8Array, sealed: Uint8Array): string {
  return unseal('companion uid', token, sealed);
}

/** As `openUid`, for what `seal` sealed for that purpose. */
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
