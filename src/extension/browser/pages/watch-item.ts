// Pages follow one item of `storage.local` by watching it, as they follow the view.
import { browser } from '../api.ts';

/** Calls back with what is stored under the key, undefined where nothing is, and again whenever it changes. */
export async function watchItem(key: string, show: (value: unknown) => void): Promise<void> {
  browser.storage.local.onChanged.addListener((changes) => {
    const change = changes[key];
    if (change) show(change.newValue);
  });
  show((await browser.storage.local.get(key))[key]);
}
