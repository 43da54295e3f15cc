// The email address typed in the popup, passed on to Mozilla accounts once. It is removed as soon as the sign-in
// begins; only a sign-in in a tab keeps it while waiting for permission (auth-tab.ts).
import { parameterFault } from '../../fxa/authorization-parameters.ts';
import type { Ports } from '../ports.ts';
import { MEMORY } from '../state/storage-items.ts';

/** Removes and returns the address; undefined if it is missing or invalid. */
export async function takeTypedAddress(ports: Ports): Promise<string | undefined> {
  const typed = await ports.memory.get(MEMORY.typedAddress);
  if (typed === undefined || typed === null) return undefined;
  await ports.memory.set({ [MEMORY.typedAddress]: null });
  return typeof typed === 'string' && parameterFault('email', typed) === undefined ? typed : undefined;
}
