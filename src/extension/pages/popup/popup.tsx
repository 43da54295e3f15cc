// The frame of all views: selects one, moves the focus, and adds the footer.
import { useRef } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { useRestoredFocus } from '../shared/restore-focus.ts';
import { plural } from '../shared/plural.ts';
import { TesterNote } from '../shared/tester-note.tsx';
import { text } from '../shared/text.ts';
import { useWake } from '../shared/wake.ts';
import { viewOf } from './views.ts';

export function Popup({ view }: { view: View }) {
  const Current = viewOf(view.status);
  const main = useRef<HTMLElement>(null);
  // Moves the focus to the new heading, since the pressed button is gone; screen readers then read it.
  useRestoredFocus(() => main.current?.querySelector('h1'), view.status);

  return (
    <main data-status={view.status} ref={main}>
      <TesterNote />
      {Current && <Current view={view} />}
      {view.unsaved && <Unsaved />}
      {view.pendingRevocations > 0 && (
        <p class="note">{plural('pendingRevocations', view.pendingRevocations)}</p>
      )}
      {view.status !== 'signingIn' && (
        <footer>
          <a href="../options/index.html" target="_blank">
            {text('settings')}
          </a>
          <a href="../doctor/index.html" target="_blank">
            {text('somethingWrong')}
          </a>
        </footer>
      )}
    </main>
  );
}

/** Disappears by itself when saving works again. */
function Unsaved() {
  useWake();
  return (
    <p class="note" role="alert">
      {text('unsaved')}
    </p>
  );
}
