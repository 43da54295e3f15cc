// Watches one item of `storage.local` for a page.
import { browser } from '../api.ts';

/** Calls back with the stored value (undefined if absent), and again on every change. */
export async function watchItem(key: string, show: (value: unknown) => void): Promise<void> {
  browser.storage.local.onChanged.addListener((changes) => {
    const change = changes[key];
    if (change) show(change.newValue);
  });
  show((await browser.storage.local.get(key))[key]);
}
