import { expect, it } from 'vitest';
import {
  formatSessionToken,
  newSessionToken,
  parseSessionToken,
  seal,
  sessionHash,
  unseal,
} from './token.ts';

const UID = '0123456789abcdef0123456789abcdef';
const sealUid = (token: Uint8Array) => seal('companion uid', token, UID);
const openUid = (token: Uint8Array, sealed: Uint8Array) => unseal('companion uid', token, sealed);

it('opens only with the session token that sealed', () => {
  const token = newSessionToken();
  const sealed = sealUid(token);
  expect(openUid(token, sealed)).toBe(UID);
  expect(() => openUid(newSessionToken(), sealed)).toThrow('It cannot be decrypted with this token');
});

it('does not contain the uid, and differs each time', () => {
  const token = newSessionToken();
  const [first, second] = [sealUid(token), sealUid(token)];
  expect(first.equals(second)).toBe(false);
  for (const form of ['latin1', 'hex', 'base64'] as const) expect(first.toString(form)).not.toContain(UID);
});

it('does not open after a flipped bit or when truncated', () => {
  const token = newSessionToken();
  const sealed = sealUid(token);
  for (let index = 0; index < sealed.length; index += 1) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => openUid(token, changed)).toThrow('cannot be decrypted');
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(() => openUid(token, sealed.subarray(0, length))).toThrow('cannot be decrypted');
  }
});

it('uses a key unrelated to the stored session hash', () => {
  const token = newSessionToken();
  expect(() => openUid(sessionHash(token), sealUid(token))).toThrow('cannot be decrypted');
});

it('parses a session token only in its canonical spelling', () => {
  const token = newSessionToken();
  const text = formatSessionToken(token);
  expect(text).toMatch(/^[\w-]{43}$/);
  expect(parseSessionToken(text)).toEqual(token);
  const others = [
    `${text}=`,
    ` ${text}`,
    text.slice(1),
    `${text}A`,
    '',
    '+'.repeat(43),
    'A'.repeat(42) + 'B',
  ];
  for (const other of others) expect(parseSessionToken(other)).toBeUndefined();
});
