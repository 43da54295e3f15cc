// The two storage areas behind the `Area` port.
import type { Area } from '../../session/ports.ts';
import { browser } from './browser.ts';

function area(storage: Pick<typeof browser.storage.local, 'get' | 'set'>): Area {
  return {
    get: async (key) => (await storage.get(key))[key],
    set: (items) => storage.set({ ...items }),
  };
}

/** Survives everything but the removal of the extension. */
export const localArea = (): Area => area(browser.storage.local);

/** Empty after a restart or reload; never on disk. */
export const memoryArea = (): Area => area(browser.storage.session);
