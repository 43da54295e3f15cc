// Instants in a person's own language and zone.
import { text } from './text.ts';

/** `at` in milliseconds. */
export function instant(at: number): string {
  return new Intl.DateTimeFormat(text('language'), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}
