// The address the person has typed into the popup, on its way to the page of Mozilla accounts: used once, kept nowhere. A click
// takes it before anything can go wrong; only a wish for a tab keeps it while it waits for its permission (auth-tab.ts).
import { parameterFault } from '../../fxa/parameters.ts';
import type { Ports } from '../ports.ts';

/** In `storage.session`, where the popup puts it. */
const KEY = 'typedAddress';

/** The address, which is gone from storage by then. Undefined when there is none, or what there is is no address. */
export async function takeTypedAddress(ports: Ports): Promise<string | undefined> {
  const typed = await ports.memory.get(KEY);
  if (typed === undefined || typed === null) return undefined;
  await ports.memory.set({ [KEY]: null });
  return typeof typed === 'string' && parameterFault('email', typed) === undefined ? typed : undefined;
}
