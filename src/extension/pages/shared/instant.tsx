// A date and time in the user's language and time zone.
import { text } from './text.ts';

/** `at` in milliseconds. */
export function Instant({ at }: { at: number }) {
  const format = new Intl.DateTimeFormat(text('language'), { dateStyle: 'medium', timeStyle: 'short' });
  return <time dateTime={new Date(at).toISOString()}>{format.format(at)}</time>;
}
