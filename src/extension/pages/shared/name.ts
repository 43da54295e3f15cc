// Cleans a name for display, so that it is visible and does not reorder the text around it.

/** Invisible by themselves: controls, spaces, fillers, and combining marks. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{1D159}]/gu;

/** Whether the text has any visible character. Pure. */
export const isVisible = (text: string): boolean => text.replace(INVISIBLE, '') !== '';

/**
 * The name on one line without direction controls; undefined if nothing is visible. Keeps joiners, which Persian and
 * many emoji need. Pure.
 */
export function visibleName(name: string | undefined): string | undefined {
  if (name === undefined || !isVisible(name)) return undefined;
  return name
    .replace(/\p{Bidi_Control}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}

/** The letter for an account without a picture: the first visible character (grapheme). Pure. */
export function firstLetter(name: string): string {
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (isVisible(segment)) return segment.toLocaleUpperCase();
  }
  return '?';
}
