// Backs up grants outside `storage.local`, so that one survives damage to the other.
import type { BackedUpGrant, GrantBackup } from '../../../session/ports.ts';
import { inStore } from './database.ts';

const DATABASE = 'grants';
const STORE = 'grants';
const KEY = 'all';

export const grantBackup: GrantBackup = {
  async read() {
    const request = await inStore(
      DATABASE,
      STORE,
      'readonly',
      (store) => store.get(KEY) as IDBRequest<unknown>,
    );
    return parsed(request.result);
  },

  async change(next) {
    await inStore(DATABASE, STORE, 'readwrite', (store) => {
      const reading = store.get(KEY) as IDBRequest<unknown>;
      reading.onsuccess = () => {
        const before = parsed(reading.result);
        const after = next(before);
        if (after !== before) store.put(after, KEY);
      };
    });
  },
};

function parsed(stored: unknown): readonly BackedUpGrant[] {
  return Array.isArray(stored) ? stored.filter(isGrant) : [];
}

/** Drops entries that could not be destroyed anyway. */
function isGrant(value: unknown): value is BackedUpGrant {
  const { refreshTokenId, issuer } = (value ?? {}) as Partial<Record<keyof BackedUpGrant, unknown>>;
  return (
    typeof refreshTokenId === 'string' && /^[0-9a-f]{64}$/.test(refreshTokenId) && typeof issuer === 'string'
  );
}
