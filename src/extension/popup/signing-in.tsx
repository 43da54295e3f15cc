// An attempt is running: say where it is, show its window, or cancel.
import { useEffect, useState } from 'preact/hooks';
import type { View } from '../../session/view.ts';
import { CommandButton } from '../ui/command-button.tsx';
import { Heading } from '../ui/heading.tsx';
import { text } from '../ui/text.ts';
import { call } from '../webext/messaging.ts';

/** A background that ends before there is a window, or after, leaves nothing behind that would wake another. */
const WAKE_EVERY_MS = 1000;

export function SigningIn({ view: { phase = 'checking', via } }: { view: View }) {
  const inTab = phase === 'window' && via === 'tab';
  const [noWindow, setNoWindow] = useState(false);
  useEffect(() => setNoWindow(false), [phase]);
  useEffect(() => {
    const timer = setInterval(() => void call('wake').catch(() => undefined), WAKE_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
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
