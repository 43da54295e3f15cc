/** Random values and hashes, as hex. */
import { createHash, randomBytes } from 'node:crypto';

/** `bytes` random bytes in lower-case hex. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/**
 * SHA-256 of the bytes a hex string stands for, in hex. FxA: this is a token's id; that of a refresh token is
 * `refresh_token_id`.
 */
export function tokenId(token: string): string {
  return createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex');
}

/** SHA-256 of ASCII text in base64url: the S256 challenge of a verifier. */
export function s256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
