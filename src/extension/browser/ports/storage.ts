// The two storage areas behind the `Area` port.
import { FxaError } from '../../../fxa/errors.ts';
import type { Area } from '../../../session/ports.ts';
import { browser } from '../api.ts';

function area(storage: Pick<typeof browser.storage.local, 'get' | 'set'>): Area {
  return {
    get: async (key) => (await storage.get(key).catch(refused))[key],
    set: (items) => storage.set({ ...items }).catch(refused),
  };
}

/** A full disk, a damaged profile: whatever it is, it is the browser's refusal and not our fault. */
function refused(cause: unknown): never {
  throw new FxaError('storage_unavailable', 'The browser refuses its storage.', { cause });
}

/** Survives everything but the removal of the extension. */
export const localArea = (): Area => area(browser.storage.local);

/** Empty after a restart or reload; never on disk. */
export const memoryArea = (): Area => area(browser.storage.session);
