// The letter shown for an account without a picture.
import { isVisible } from './visible-name.ts';

/** The first visible character (grapheme). Pure. */
export function firstLetter(name: string): string {
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (isVisible(segment)) return segment.toLocaleUpperCase();
  }
  return '?';
}
