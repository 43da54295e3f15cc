// Pages follow the state by watching the `view` in storage; they never ask for it.
import type { View } from '../../session/view.ts';
import { browser } from './browser.ts';

const NOBODY: View = { version: 2, status: 'signedOut', sessionOnly: 'off', pendingRevocations: 0 };

/** The view in storage, as far as this version understands it: one of another version is written anew soon. */
function readView(stored: unknown): View {
  const view = stored as View | undefined;
  return view?.version === NOBODY.version ? view : NOBODY;
}

/** Calls back with the stored view, and again whenever it changes. */
export async function watchView(show: (view: View) => void): Promise<void> {
  browser.storage.local.onChanged.addListener((changes) => {
    const change = changes.view;
    if (change) show(readView(change.newValue));
  });
  try {
    show(readView((await browser.storage.local.get('view')).view));
  } catch {
    show({ ...NOBODY, problem: { code: 'storage_unavailable', at: Date.now() } });
  }
}
