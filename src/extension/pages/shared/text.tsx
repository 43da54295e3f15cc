// Messages from public/_locales, with counts and times in the user's language.
import { words } from '../../browser/i18n.ts';

/** The message of a key. A missing one, which a test would report, is shown by its name. */
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

/** A date and time in the user's time zone; `at` in milliseconds. */
export function Instant({ at }: { at: number }) {
  const format = new Intl.DateTimeFormat(text('language'), { dateStyle: 'medium', timeStyle: 'short' });
  return <time dateTime={new Date(at).toISOString()}>{format.format(at)}</time>;
}
