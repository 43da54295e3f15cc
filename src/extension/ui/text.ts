// Words for pages. A key without words is a defect that a test finds; here it shows itself by its name.
import { words } from '../webext/i18n.ts';

export function text(key: string, ...substitutions: string[]): string {
  return words(key, ...substitutions) ?? key;
}
