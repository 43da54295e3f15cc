// Tester builds only: selects the fault that requests to Mozilla accounts meet, from the next one on.
import { useId } from 'preact/hooks';
import { call } from '../../browser/messaging.ts';
import { SIMULATED_FAULTS } from '../../simulated-faults.ts';
import { CommandError, useCommandError } from '../shared/problem-note.tsx';
import { useSimulatedFault } from '../shared/simulated-fault.tsx';
import { text } from '../shared/text.tsx';

export function FaultChoice() {
  const id = useId();
  const fault = useSimulatedFault();
  const { failed, attempt } = useCommandError();
  return (
    <>
      <div class="field">
        <label for={id}>{text('simulateFault')}</label>
        <select
          id={id}
          value={fault ?? ''}
          aria-describedby={`${id}-note`}
          onChange={({ currentTarget }) => void attempt(call('simulateFault', currentTarget.value))}
        >
          <option value="">{text('fault_none')}</option>
          {SIMULATED_FAULTS.map((name) => (
            <option key={name} value={name}>
              {text(`fault_${name}`)}
            </option>
          ))}
        </select>
        <p class="note" id={`${id}-note`}>
          {text('simulateFaultNote')}
        </p>
      </div>
      <CommandError code={failed} />
    </>
  );
}
