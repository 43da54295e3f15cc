// The account's picture, or the first letter of its name where there is none or it cannot be had.
import { useState } from 'preact/hooks';

export function Avatar({ name, url }: { name: string; url: string | undefined }) {
  const [broken, setBroken] = useState<string>();
  // The name stands beside it, so the picture is decoration to a screen reader.
  return url && url !== broken ? (
    <img class="avatar" src={url} alt="" width={56} height={56} onError={() => setBroken(url)} />
  ) : (
    <span class="avatar letter" aria-hidden="true">
      {firstLetter(name)}
    </span>
  );
}

/** The first character as a person sees it, not the first half of a surrogate pair. */
export function firstLetter(name: string): string {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? '?';
}
