// An attempt is running in a window of its own: show it, or cancel.
import { useState } from 'preact/hooks';
import { CommandButton } from '../ui/command-button.tsx';
import { text } from '../ui/text.ts';

export function SigningIn() {
  const [noWindow, setNoWindow] = useState(false);
  return (
    <>
      <h1>
        <span class="spinner" aria-hidden="true" />
        {text('signingInTitle')}
      </h1>
      <p role="status">{text(noWindow ? 'noWindow' : 'signingInText')}</p>
      <CommandButton
        command="showWindow"
        label={text('showWindow')}
        primary
        onResult={(shown) => setNoWindow(!shown)}
      />
      <CommandButton command="cancelSignIn" label={text('cancel')} />
    </>
  );
}
