// The account's picture, or the first letter of its name without one.
import { useState } from 'preact/hooks';
import { firstLetter } from './first-letter.ts';

export function Avatar({ name, url }: { name: string; url: string | undefined }) {
  const [broken, setBroken] = useState<string>();
  const [here, setHere] = useState<string>();
  // Decorative for screen readers, since the name is next to it.
  return url && url !== broken ? (
    <span class="avatar">
      <img
        class={url === here ? 'here' : undefined}
        src={url}
        alt=""
        width={56}
        height={56}
        onLoad={() => setHere(url)}
        onError={() => setBroken(url)}
      />
    </span>
  ) : (
    <span class="avatar letter" aria-hidden="true">
      {firstLetter(name)}
    </span>
  );
}
