// Session tokens: 32 random bytes. The companion stores only their hash.
import { createHash, randomBytes } from 'node:crypto';

const LENGTH = 32;

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
