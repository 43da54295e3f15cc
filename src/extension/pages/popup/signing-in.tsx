// The view of a running attempt: its progress, its window, and a cancel button.
import { useEffect, useState } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { CommandButton } from '../shared/command-button.tsx';
import { Heading } from '../shared/heading.tsx';
import { isInTab, phaseWords } from '../shared/phase.ts';
import { Icon } from '../shared/icon.tsx';
import { text } from '../shared/text.ts';
import { useWake } from '../shared/wake.ts';

export function SigningIn({ view }: { view: View }) {
  const { phase } = view;
  const [noWindow, setNoWindow] = useState(false);
  useEffect(() => setNoWindow(false), [phase]);
  useWake();
  return (
    <>
      <div class="hero">
        <span class="mark">
          <Icon name="account" />
          <span class="spinner" aria-hidden="true" />
        </span>
        <div role="status">
          <Heading>{phaseWords(view)}</Heading>
          <p class="note">{text(noWindow ? 'noWindow' : 'signingInText')}</p>
        </div>
      </div>
      {phase === 'window' && (
        <CommandButton
          command="showWindow"
          label={text(isInTab(view) ? 'showTab' : 'showWindow')}
          look="primary"
          onResult={(shown) => setNoWindow(shown === false)}
        />
      )}
      <CommandButton command="cancelSignIn" label={text('cancel')} />
    </>
  );
}
