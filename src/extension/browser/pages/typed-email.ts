// Hands the address a person typed to the background. It goes through memory that pages and background share, never
// through a message, and ends with the browser at the latest.
import { browser } from '../api.ts';

/** The key in `storage.session`. */
export const TYPED_ADDRESS = 'typedAddress';

/** Empty: none was typed. */
export async function keepTypedAddress(email: string): Promise<void> {
  await browser.storage.session.set({ [TYPED_ADDRESS]: email.trim() });
}
