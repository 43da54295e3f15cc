// Words for pages. A key without words is a defect that a test finds; here it shows itself by its name.
import { words } from '../../browser/i18n.ts';

export function text(key: string, ...substitutions: string[]): string {
  return words(key, ...substitutions) ?? key;
}

/** The words of the first of these keys that has any. */
export function firstText(...keys: string[]): string | undefined {
  for (const key of keys) {
    const found = words(key);
    if (found !== undefined) return found;
  }
  return undefined;
}
