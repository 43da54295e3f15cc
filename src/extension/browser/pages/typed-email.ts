// Passes a typed email address to the background through `storage.session`, which is never on disk, instead of through
// a message.
import { browser } from '../api.ts';

/** The key in `storage.session`. */
export const TYPED_ADDRESS = 'typedAddress';

/** Empty if no address was typed. */
export async function keepTypedAddress(email: string): Promise<void> {
  await browser.storage.session.set({ [TYPED_ADDRESS]: email.trim() });
}
