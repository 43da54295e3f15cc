// Keeps one item in an IndexedDB database of its own.

export interface StoredItem {
  /** Undefined if nothing is stored. */
  read(): Promise<unknown>;
  /** Stores what `next` returns for the stored value, in one transaction; undefined changes nothing. */
  change(next: (stored: unknown) => unknown): Promise<void>;
}

/** Its methods resolve when the transaction has completed, since uncommitted writes may be lost. */
export function storedItem(database: string, store: string, key: string): StoredItem {
  const inStore = async <T>(mode: IDBTransactionMode, work: (items: IDBObjectStore) => T): Promise<T> => {
    const opened = await openDatabase(database, store);
    try {
      return await new Promise<T>((resolve, reject) => {
        const transaction = opened.transaction(store, mode, { durability: 'strict' });
        const result = work(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(result);
        transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB aborted'));
      });
    } finally {
      opened.close();
    }
  };
  return {
    read: async () => (await inStore('readonly', (items) => items.get(key) as IDBRequest<unknown>)).result,
    change: (next) =>
      inStore('readwrite', (items) => {
        const reading: IDBRequest<unknown> = items.get(key);
        reading.onsuccess = () => {
          const changed = next(reading.result);
          if (changed !== undefined) items.put(changed, key);
        };
      }),
  };
}

function openDatabase(name: string, store: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(store);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB failed'));
  });
}
