// Messages with a count, in the plural form of each language.
import { firstText, text } from './text.ts';

/**
 * The message for a count, formatted in the language's own digits. Each language has the keys `<base>_<form>` for the
 * forms that `Intl.PluralRules` names.
 */
export function plural(base: string, count: number): string {
  const language = text('language');
  const form = new Intl.PluralRules(language).select(count);
  const digits = new Intl.NumberFormat(language).format(count);
  return text(firstText(`${base}_${form}`) === undefined ? `${base}_other` : `${base}_${form}`, digits);
}
