// Messages from public/_locales.
import { browser } from './api.ts';

/** The message for a key in the browser's language; undefined for an unknown key. */
export function words(key: string, ...substitutions: string[]): string | undefined {
  return browser.i18n.getMessage(key, substitutions) || undefined;
}
