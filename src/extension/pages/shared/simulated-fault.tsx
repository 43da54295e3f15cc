// Tester builds only: the simulated fault, as it is now.
import { useEffect, useState } from 'preact/hooks';
import { watchSimulatedFault } from '../../browser/pages/storage.ts';
import { parseSimulatedFault, type SimulatedFault } from '../../simulated-faults.ts';
import { text } from './text.tsx';

/** The fault in storage; undefined without one, and where storage can't be read, since the background then has none. */
export function useSimulatedFault(): SimulatedFault | undefined {
  const [fault, setFault] = useState<SimulatedFault>();
  useEffect(() => {
    watchSimulatedFault((name) => setFault(parseSimulatedFault(name))).catch(() => undefined);
  }, []);
  return fault;
}

/** Reminds the tester on every page. */
export function SimulatedFaultNote() {
  const fault = useSimulatedFault();
  if (!fault) return null;
  const name = text(`fault_${fault}`);
  return (
    <>
      <br />
      {text('simulatedFault', name)}
    </>
  );
}
