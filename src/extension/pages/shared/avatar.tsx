// The account's picture, or the first letter of its name where there is none or it cannot be had.
import { useState } from 'preact/hooks';
import { firstLetter } from './first-letter.ts';

export function Avatar({ name, url }: { name: string; url: string | undefined }) {
  const [broken, setBroken] = useState<string>();
  const [here, setHere] = useState<string>();
  // The name stands beside it, so the picture is decoration to a screen reader.
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
