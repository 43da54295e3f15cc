// Encrypts the uid with a key derived from the session token, so that the database alone doesn't reveal it.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** AES-256-GCM under HKDF-SHA256 of the session token (RFC 5869): nonce, tag, text. */
export function sealUid(token: Uint8Array, uid: string): Buffer {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv(ALGORITHM, keyOf(token), nonce, { authTagLength: TAG_LENGTH });
  const text = Buffer.concat([cipher.update(uid, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/**
 * Decrypts a sealed uid.
 *
 * @throws Error when it wasn't sealed with this session token; without details.
 */
export function openUid(token: Uint8Array, sealed: Uint8Array): string {
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  const tag = sealed.subarray(NONCE_LENGTH, NONCE_LENGTH + TAG_LENGTH);
  try {
    const decipher = createDecipheriv(ALGORITHM, keyOf(token), nonce, { authTagLength: TAG_LENGTH });
    decipher.setAuthTag(tag);
    const text = decipher.update(sealed.subarray(NONCE_LENGTH + TAG_LENGTH));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new Error('The uid cannot be decrypted with this session token');
  }
}

function keyOf(token: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', token, new Uint8Array(), 'companion uid', 32));
}
