// Pages follow the state by watching the `view` in storage; they never ask for it.
import type { View } from '../../session/view.ts';
import { browser } from './browser.ts';

const NOBODY: View = { version: 1, status: 'signedOut', pendingRevocations: 0 };

/** Calls back with the stored view, and again whenever it changes. */
export async function watchView(show: (view: View) => void): Promise<void> {
  browser.storage.local.onChanged.addListener((changes) => {
    const change = changes.view;
    if (change) show((change.newValue as View | undefined) ?? NOBODY);
  });
  const { view } = await browser.storage.local.get('view');
  show((view as View | undefined) ?? NOBODY);
}
