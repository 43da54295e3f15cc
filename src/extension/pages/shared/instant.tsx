// An instant in a person's own language and zone.
import { text } from './text.ts';

/** `at` in milliseconds. */
export function Instant({ at }: { at: number }) {
  const format = new Intl.DateTimeFormat(text('language'), { dateStyle: 'medium', timeStyle: 'short' });
  return <time dateTime={new Date(at).toISOString()}>{format.format(at)}</time>;
}
