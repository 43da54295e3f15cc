/** Signing keys that can be replaced, and a key list that can lag behind. */
import { createKeys, type Keys } from '../keys.ts';
import type { Faults } from './faults.ts';

/** `usual` unless a fault affects keys. Replacement keys are generated on first use. */
export function rotatingKeys(usual: Keys, faults: Pick<Faults, 'settings' | 'now'>): Keys {
  const byRotation = new Map<number, Keys>();
  const current = (): Keys => {
    const rotation = faults.settings.keyRotations;
    if (rotation === 0) return usual;
    const keys = byRotation.get(rotation) ?? createKeys(faults.now);
    byRotation.set(rotation, keys);
    return keys;
  };
  return {
    active: () => current().active(),
    async published() {
      const { signingKeyUnpublished } = faults.settings;
      // The second key never signs, so it is not replaced; generating RSA keys is slow.
      const others = (await usual.published()).slice(1);
      return signingKeyUnpublished ? others : [(await current().active()).publicJwk, ...others];
    },
  };
}
