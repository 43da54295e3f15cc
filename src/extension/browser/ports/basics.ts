// The ports that take one call of the browser each: alarms, locks, storage, policy and consent; and a restart.
import { FxaError } from '../../../fxa/errors.ts';
import { parsePolicy, type Policy } from '../../../session/policy.ts';
import type { Alarms, Area, Locks } from '../../../session/ports.ts';
import { browser } from '../api.ts';

export const alarms: Alarms = {
  set: async (name, when) => {
    await browser.alarms.create(name, { when });
  },
  clear: async (name) => {
    await browser.alarms.clear(name);
  },
};

/** Web Locks span contexts and are released when their context dies. */
export const webLocks: Locks = {
  exclusive: (name, work) => navigator.locks.request(name, work),
  ifFree: (name, work) =>
    navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) await work();
      return lock !== null;
    }),
};

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

/**
 * The administrator's policy. Read it at each use, because Chromium provides it only some seconds after installation.
 * Never rejects, although Firefox does without a policy and some browsers lack this storage.
 */
export async function readPolicy(): Promise<Policy> {
  try {
    return parsePolicy(await browser.storage.managed.get());
  } catch {
    return parsePolicy(undefined);
  }
}

/**
 * The consent to technical and interaction data that Firefox manages (since 140); undefined in browsers without. Never
 * rejects: an error counts as no consent.
 */
export async function readConsent(): Promise<boolean | undefined> {
  try {
    const granted = (await browser.permissions.getAll()) as { data_collection?: readonly string[] };
    return granted.data_collection?.includes('technicalAndInteraction');
  } catch {
    return false;
  }
}

/** Closes the background and all pages of the extension, then starts the background. */
export function restart(): void {
  browser.runtime.reload();
}
