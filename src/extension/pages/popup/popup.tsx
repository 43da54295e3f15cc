// The frame of all views: which of them is shown, where the focus goes, and what stands below each.
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
  // The button that was pressed is gone with its view: a screen reader reads the new heading.
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

/** Goes by itself: there may be room again at any time. */
function Unsaved() {
  useWake();
  return (
    <p class="note" role="alert">
      {text('unsaved')}
    </p>
  );
}
