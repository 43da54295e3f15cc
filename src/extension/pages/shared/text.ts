// Messages for pages. A missing key, which a test would report, is shown by its name.
import { words } from '../../browser/i18n.ts';

export function text(key: string, ...substitutions: string[]): string {
  return words(key, ...substitutions) ?? key;
}

/** The message of the first of these keys that has one. */
export function firstText(...keys: string[]): string | undefined {
  for (const key of keys) {
    const found = words(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
