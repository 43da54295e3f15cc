/** Two-step sign-in: one-time codes by RFC 6238, as authenticator apps compute them. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Account, Session } from '../store/types.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_MS = 30_000;

/** A random secret of 160 bits in base32 (RFC 4648, section 6). */
export function newTotpSecret(): string {
  return [...randomBytes(32)].map((byte) => ALPHABET[byte % 32]).join('');
}

function decodeBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The six digits of the secret at an instant (milliseconds): HMAC-SHA-1, steps of 30 seconds. */
export function totpCode(secret: string, at: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / STEP_MS)));
  const mac = createHmac('sha1', decodeBase32(secret)).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0xf;
  return String((mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, '0');
}

/** Whether the digits are the account's current ones, or those of the step before or after. */
export function isTotpCode({ totpSecret }: Account, code: string, now: number): boolean {
  if (totpSecret === undefined) return false;
  return [-1, 0, 1].some((steps) => totpCode(totpSecret, now + steps * STEP_MS) === code);
}

/** Raises a session to the second level of assurance. */
export function confirmSecondStep(session: Session): void {
  session.amr = [...new Set([...session.amr, 'otp'])];
  session.aal = 2;
}

/** Whether a session still lacks the second step that its account demands. */
export function needsSecondStep(account: Account, session: Session): boolean {
  return account.totpSecret !== undefined && session.aal < 2;
}
