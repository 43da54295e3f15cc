// The vault: its key never leaves WebCrypto, and each seal is different.
import { beforeEach, expect, it, vi } from 'vitest';
import type { StoredItem } from './database.ts';

/** Replaces IndexedDB. */
const kept = vi.hoisted(() => new Map<string, CryptoKey>());
vi.mock('./database.ts', () => ({
  storedItem: (_database: string, _store: string, key: string): StoredItem => ({
    read: () => Promise.resolve(kept.get(key)),
    change: (next) => {
      const changed = next(kept.get(key));
      if (changed !== undefined) kept.set(key, changed as CryptoKey);
      return Promise.resolve();
    },
  }),
}));
const { vault } = await import('./vault.ts');

const SECRET = 'a refresh token';
const bytes = (sealed: string) => Buffer.from(sealed, 'base64');

beforeEach(() => kept.clear());

it('opens only intact secrets sealed with its own key', async () => {
  const sealed = await vault.seal(SECRET);
  expect(await vault.open(sealed)).toBe(SECRET);
  const changed = bytes(sealed);
  changed[20] = (changed[20] ?? 0) ^ 1;
  expect(await vault.open(changed.toString('base64'))).toBeUndefined();
  kept.clear();
  expect(await vault.open(sealed)).toBeUndefined();
  await vault.seal(SECRET);
  expect(await vault.open(sealed)).toBeUndefined();
});

it('keeps one key, which is not extractable', async () => {
  await vault.seal(SECRET);
  await vault.seal(SECRET);
  const [key, ...others] = kept.values();
  expect(others).toEqual([]);
  expect(key).toMatchObject({ extractable: false, usages: ['encrypt', 'decrypt'] });
  if (!key) throw new Error('There is no key.');
  for (const format of ['raw', 'jwk'] as const)
    await expect(crypto.subtle.exportKey(format, key)).rejects.toThrow();
});

it('seals with a new initialization vector each time', async () => {
  const sealed = await Promise.all(Array.from({ length: 64 }, () => vault.seal(SECRET)));
  const vectors = sealed.map((one) => bytes(one).subarray(0, 12).toString('hex'));
  expect(new Set(vectors).size).toBe(64);
  expect(new Set(sealed.map((one) => bytes(one).subarray(12).toString('hex'))).size).toBe(64);
});
