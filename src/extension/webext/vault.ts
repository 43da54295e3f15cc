// Seals secrets with AES-GCM under a key that IndexedDB keeps and no page or worker can read out. SECURITY.md says what
// that stops, and what it does not.
import type { Vault } from '../../session/ports.ts';

const DATABASE = 'vault';
const KEYS = 'keys';
const KEY = 'seal';
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

/** Two contexts may both make a key; the one stored first is the one both use. */
async function newKey(): Promise<CryptoKey> {
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ]);
  await inStore('readwrite', (store) => {
    const first = store.get(KEY);
    first.onsuccess = () => {
      if (first.result === undefined) store.put(made, KEY);
    };
  });
  return (await storedKey()) ?? made;
}

async function storedKey(): Promise<CryptoKey | undefined> {
  const request = await inStore('readonly', (store) => store.get(KEY) as IDBRequest<CryptoKey | undefined>);
  return request.result;
}

/** Resolves when the transaction is complete: a key that was put but not yet committed may still be lost. */
async function inStore<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => T): Promise<T> {
  const database = await openDatabase();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(KEYS, mode, { durability: 'strict' });
      const result = work(transaction.objectStore(KEYS));
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB aborted'));
    });
  } finally {
    database.close();
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(KEYS);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB failed'));
  });
}
