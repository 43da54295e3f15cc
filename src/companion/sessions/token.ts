// The companion's own session token: 32 random bytes, known to its owner alone. The companion keeps its hash.
import { createHash, randomBytes } from 'node:crypto';

const LENGTH = 32;

/** A new one. */
export function newSessionToken(): Buffer {
  return randomBytes(LENGTH);
}

/** The bytes behind a token as it is shown, or undefined when no token of ours is written like that. */
export function parseSessionToken(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Only the one spelling this program writes: 43 characters have room for two bits that no byte needs.
  return bytes.length === LENGTH && bytes.toString('base64url') === text ? bytes : undefined;
}

/** As the owner shows it. */
export function formatSessionToken(token: Uint8Array): string {
  return Buffer.from(token).toString('base64url');
}

/** What is kept instead of the token. Its bytes are random, so neither salt nor slowness would add anything. */
export function sessionHash(token: Uint8Array): Buffer {
  return createHash('sha256').update(token).digest();
}
