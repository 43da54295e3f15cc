// What of a name is shown: it must not look like nothing, nor reorder what stands around it.

/** Leaves no mark by itself: controls, spaces, fillers, and marks that would need a letter before them. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\uFFFC\u{13441}\u{13442}\u{1D159}]/gu;

/** Whether a person would see anything of it. Pure. */
export const isVisible = (text: string): boolean => text.replace(INVISIBLE, '') !== '';

/**
 * The name without what steers the direction of writing, on one line; undefined when nothing of it can be seen. Joiners
 * stay: Persian words and many emoji need them. Pure.
 */
export function visibleName(name: string | undefined): string | undefined {
  if (name === undefined || !isVisible(name)) return undefined;
  return name
    .replace(/\p{Bidi_Control}/gu, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}
