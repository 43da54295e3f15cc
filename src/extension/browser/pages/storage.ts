// What a page watches in storage, and the one item it writes there.
import { EMPTY_VIEW } from '../../../session/constants.ts';
import { LOCAL, MEMORY } from '../../../session/state/storage-items.ts';
import type { View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';

type Area = Pick<typeof browser.storage.local, 'get' | 'onChanged'>;

/** Calls back with the stored value (undefined if absent), and again on every change. Rejects if it can't be read. */
export async function watchItem(
  key: string,
  show: (value: unknown) => void,
  area: Area = browser.storage.local,
): Promise<void> {
  area.onChanged.addListener((changes) => {
    const change = changes[key];
    if (change) show(change.newValue);
  });
  show((await area.get(key))[key]);
}

/**
 * Calls back with the stored view, and again on every change. Resolves after the first read. A view that could not be
 * saved is in `storage.session` (`UnsavedRecord` in session/state/store.ts).
 */
export async function watchView(show: (view: View) => void): Promise<void> {
  let stored: unknown;
  let unsaved: { view?: unknown } | null | undefined;
  let isRead = false;
  const tell = () => {
    const view = readView(unsaved?.view ?? stored);
    if (view && isRead) show(view);
  };
  const { session } = browser.storage as Partial<typeof browser.storage>;
  const unsavedRead =
    session &&
    watchItem(
      MEMORY.unsavedRecord,
      (value) => {
        unsaved = value as typeof unsaved;
        tell();
      },
      session,
    ).catch(() => undefined);
  try {
    await watchItem(LOCAL.view, (value) => {
      stored = value;
      tell();
    });
    await unsavedRead;
    isRead = true;
    tell();
  } catch {
    isRead = true;
    show({ ...EMPTY_VIEW, problem: { code: 'storage_unavailable', at: Date.now() } });
  }
}

/** Tester builds only: as `watchItem`, the name of the simulated fault. */
export function watchSimulatedFault(show: (name: unknown) => void): Promise<void> {
  return watchItem(MEMORY.simulatedFault, show, browser.storage.session);
}

/** Undefined for a view of another version, which the background rewrites as soon as it is awake. */
function readView(stored: unknown): View | undefined {
  if (stored === undefined) return EMPTY_VIEW;
  const view = stored as View | null;
  return view?.version === EMPTY_VIEW.version ? view : undefined;
}

/** Passes a typed email address to the background without a message, in memory. Empty if none was typed. */
export async function keepTypedAddress(email: string): Promise<void> {
  await browser.storage.session.set({ [MEMORY.typedAddress]: email.trim() });
}
