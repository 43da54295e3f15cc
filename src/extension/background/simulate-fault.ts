// Tester builds only: puts the selected fault before Mozilla accounts and before the clock.
import { FxaError } from '../../fxa/errors.ts';
import type { Ports } from '../../session/ports.ts';
import { MEMORY } from '../../session/state/storage-items.ts';
import { clockError, parseSimulatedFault, withFault, type SimulatedFault } from '../simulated-faults.ts';
import { memoryArea } from '../browser/ports/basics.ts';

/** In step with storage; a variable because `now` cannot wait. */
let fault: SimulatedFault | undefined;

/**
 * The ports with the fault selected at each call, at first the stored one. Requests to the companion, and what pages do
 * themselves, stay as they are. Unreadable storage counts as no fault.
 */
export async function withSimulatedFault(ports: Ports, companion: string | undefined): Promise<Ports> {
  fault = parseSimulatedFault(
    await memoryArea()
      .get(MEMORY.simulatedFault)
      .catch(() => undefined),
  );
  const ahead = () => clockError(fault);
  return {
    ...ports,
    now: () => ports.now() + ahead(),
    // The browser's own clock is right.
    alarms: { ...ports.alarms, set: (name, at) => ports.alarms.set(name, at - ahead()) },
    fetch: (input, init) => {
      const { origin } = new URL(input instanceof Request ? input.url : input);
      return withFault(ports.fetch, origin === companion ? undefined : fault)(input, init);
    },
  };
}

/**
 * Selects a fault for all requests from now on, until the browser closes. Empty: none.
 *
 * @throws FxaError `invalid_request` for an unknown name, `storage_unavailable`; then nothing changes.
 */
export async function simulateFault(name: string): Promise<void> {
  const selected = parseSimulatedFault(name);
  if (name !== '' && !selected) throw new FxaError('invalid_request', 'There is no such fault.');
  await memoryArea().set({ [MEMORY.simulatedFault]: selected ?? null });
  fault = selected;
}
