/** Avatar pictures, in memory. */
import { randomHex } from './random.ts';
import type { Image } from './types.ts';

export interface Images {
  add(image: Omit<Image, 'id'> & { id?: string }): Image;
  find(id: string): Image | undefined;
  remove(id: string): void;
}

/** No pictures yet. */
export function createImages(): Images {
  const images = new Map<string, Image>();
  return {
    add(image) {
      const added = { id: randomHex(16), ...image };
      images.set(added.id, added);
      return added;
    },
    find: (id) => images.get(id),
    remove: (id) => void images.delete(id),
  };
}
