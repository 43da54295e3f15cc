// Sentences with a number in them: each language has its own forms for one, two, few and many.
import { firstText, text } from './text.ts';

/**
 * The sentence for that count, which stands in it in the language's own digits. A language has the keys `<base>_<form>` for
 * each of its forms, as `Intl.PluralRules` names them.
 */
export function plural(base: string, count: number): string {
  const language = text('language');
  const form = new Intl.PluralRules(language).select(count);
  const digits = new Intl.NumberFormat(language).format(count);
  return text(firstText(`${base}_${form}`) === undefined ? `${base}_other` : `${base}_${form}`, digits);
}
