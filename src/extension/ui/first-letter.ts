// What stands for a person without a picture.

/** The first character as a person sees it, not the first half of a surrogate pair. Pure. */
export function firstLetter(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? '?';
}
