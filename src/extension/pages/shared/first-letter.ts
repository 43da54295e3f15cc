// What stands for a person without a picture.
import { isVisible } from './visible-name.ts';

/** The first character as a person sees it, not the first half of a surrogate pair, nor one without a mark. Pure. */
export function firstLetter(name: string): string {
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (isVisible(segment)) return segment.toLocaleUpperCase();
  }
  return '?';
}
