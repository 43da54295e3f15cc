// Looks for live tokens in a text. The mock server keeps only hashes, so every candidate is hashed and compared.
import { createHash } from 'node:crypto';
import type { MockServer } from '../../src/mock-accounts/app.ts';

/** FxA: tokens are 32 bytes, written as 64 hexadecimal digits; the server knows each by the SHA-256 of the bytes. */
const DIGITS = 64;

const hash = (token: string): string => createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex');

/** How many live tokens of the mock server stand in clear in the value's JSON. */
export function liveTokensIn(value: unknown, { store }: MockServer): number {
  const live = new Set([...store.liveGrants(), ...store.liveAccessTokens()].map(({ id }) => id));
  let found = 0;
  for (const [run] of JSON.stringify(value).matchAll(/[0-9a-f]{64,}/gi)) {
    for (let start = 0; start + DIGITS <= run.length; start += 1) {
      if (live.has(hash(run.slice(start, start + DIGITS)))) found += 1;
    }
  }
  return found;
}
