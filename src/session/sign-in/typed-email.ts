// The email address typed in the popup, passed on to Mozilla accounts once. It is removed as soon as the sign-in
// begins; only a sign-in in a tab keeps it while waiting for permission (auth-tab.ts).
import { parameterFault } from '../../fxa/parameters.ts';
import type { Ports } from '../ports.ts';

/** In `storage.session`, written by the popup. */
const KEY = 'typedAddress';

/** Removes and returns the address; undefined if it is missing or invalid. */
export async function takeTypedAddress(ports: Ports): Promise<string | undefined> {
  const typed = await ports.memory.get(KEY);
  if (typed === undefined || typed === null) return undefined;
  await ports.memory.set({ [KEY]: null });
  return typeof typed === 'string' && parameterFault('email', typed) === undefined ? typed : undefined;
}
