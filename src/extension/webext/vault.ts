// Seals secrets with AES-GCM under a key that IndexedDB keeps and nobody can read out. SECURITY.md says what that stops.
import type { Vault } from '../../session/ports.ts';

const DATABASE = 'vault';
const KEYS = 'keys';
const KEY = 'seal';
const IV_BYTES = 12;

export const vault: Vault = {
  async seal(secret) {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv },
      await theKey(),
      new TextEncoder().encode(secret),
    );
    return toBase64(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
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

/** The key, made at first use. Two contexts may both make one; the one stored first is the one both use. */
async function theKey(): Promise<CryptoKey> {
  const stored = await storedKey();
  if (stored) return stored;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  return withStore('readwrite', async (store) => {
    const first = (await done(store.get(KEY))) as CryptoKey | undefined;
    if (first) return first;
    await done(store.put(made, KEY));
    return made;
  });
}

function storedKey(): Promise<CryptoKey | undefined> {
  return withStore('readonly', async (store) => (await done(store.get(KEY))) as CryptoKey | undefined);
}

async function withStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(KEYS);
  const database = await done(opening);
  try {
    return await work(database.transaction(KEYS, mode).objectStore(KEYS));
  } finally {
    database.close();
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
  });
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
