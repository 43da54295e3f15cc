// Whom the tokens of the bench are about.
import { createHash } from 'node:crypto';

/** The uid of the nth person. */
export const uidOf = (n) => createHash('sha256').update(`person ${n}`).digest('hex').slice(0, 32);

/** The uids of so many people. */
export const uidsOf = (count) => Array.from({ length: count }, (_, n) => uidOf(n));

/** The tokens of so many companion sessions. */
export const sessionTokens = (count) =>
  Array.from({ length: count }, (_, n) => createHash('sha256').update(`session ${n}`).digest('base64url'));
