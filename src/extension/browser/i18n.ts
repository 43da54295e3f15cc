// The words of the pages, from public/_locales.
import { browser } from './api.ts';

/** The message of that key in the browser's language, or undefined when there is none. */
export function words(key: string, ...substitutions: string[]): string | undefined {
  return browser.i18n.getMessage(key, substitutions) || undefined;
}
