// An attempt is running: say where it is, show its window, or cancel.
import { useEffect, useState } from 'preact/hooks';
import type { View } from '../../session/view.ts';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { text } from '../ui/text.ts';

export function SigningIn({ view: { phase = 'checking', via } }: { view: View }) {
  const inTab = phase === 'window' && via === 'tab';
  const [noWindow, setNoWindow] = useState(false);
  useEffect(() => setNoWindow(false), [phase]);
  return (
    <>
      <Heading>
        <span class="spinner" aria-hidden="true" />
        {text(inTab ? 'phaseTab' : `phase_${phase}`)}
      </Heading>
      <p role="status">{text(noWindow ? 'noWindow' : 'signingInText')}</p>
      {phase === 'window' && (
        <CommandButton
          command="showWindow"
          label={text(inTab ? 'showTab' : 'showWindow')}
          look="primary"
          onResult={(shown) => setNoWindow(!shown)}
        />
      )}
      <CommandButton command="cancelSignIn" label={text('cancel')} />
    </>
  );
}
