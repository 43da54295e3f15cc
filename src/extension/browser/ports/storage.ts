// Implements the `Area` port with two storage areas.
import { FxaError } from '../../../fxa/errors.ts';
import type { Area } from '../../../session/ports.ts';
import { browser } from '../api.ts';

function area(storage: Pick<typeof browser.storage.local, 'get' | 'set'>): Area {
  return {
    get: async (key) => (await storage.get(key).catch(refused))[key],
    set: (items) => storage.set({ ...items }).catch(refused),
  };
}

/** Maps a storage error, such as a full disk or a damaged profile, to its code. */
function refused(cause: unknown): never {
  throw new FxaError('storage_unavailable', 'The browser refuses its storage.', { cause });
}

/** Persists until the extension is removed. */
export const localArea = (): Area => area(browser.storage.local);

/** In memory; empty after a restart or reload. */
export const memoryArea = (): Area => area(browser.storage.session);
