// Encrypts secrets with AES-GCM under a non-extractable key in IndexedDB. SECURITY.md says what that protects against.
import type { Vault } from '../../../session/ports.ts';
import { storedItem } from './database.ts';

const keyItem = storedItem('vault', 'keys', 'seal');
const IV_BYTES = 12;

export const vault: Vault = {
  async seal(secret) {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const key = (await storedKey()) ?? (await newKey());
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv },
      key,
      new TextEncoder().encode(secret),
    );
    return btoa(String.fromCharCode(...iv, ...new Uint8Array(sealed)));
  },

  async open(sealed) {
    const key = await storedKey();
    if (!key) return undefined;
    try {
      const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0));
      const iv = bytes.slice(0, IV_BYTES);
      const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes.slice(IV_BYTES));
      return new TextDecoder().decode(opened);
    } catch {
      return undefined;
    }
  },
};

/** Two contexts may both create a key; both then use the one stored first. */
async function newKey(): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  await keyItem.change((first) => (first === undefined ? made : undefined));
  return (await storedKey()) ?? made;
}

const storedKey = () => keyItem.read() as Promise<CryptoKey | undefined>;
