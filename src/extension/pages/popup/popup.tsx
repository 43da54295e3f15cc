// The frame of all views: selects one, moves the focus, and adds the footer.
import type { FunctionComponent } from 'preact';
import { useRef } from 'preact/hooks';
import type { Status } from '../../../session/state/states.ts';
import type { View } from '../../../session/state/view.ts';
import { Alert, TesterNote, useRestoredFocus } from '../shared/layout.tsx';
import { useWake } from '../shared/progress.ts';
import { plural, text } from '../shared/text.tsx';
import { SignedIn } from './signed-in.tsx';

/** One view per state. The signed-in view is loaded at once, the others on demand or ahead of it. */
const views: Partial<Record<Status, FunctionComponent<{ view: View }>>> = { signedIn: SignedIn };

export const hasViewOf = (status: Status): boolean => status in views;

/** Rejects when the extension's files cannot be read. */
export async function fetchOtherViews(): Promise<void> {
  Object.assign(views, (await import('./other-views.tsx')).otherViews);
}

export function Popup({ view }: { view: View }) {
  const Current = views[view.status];
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
  return <Alert>{text('unsaved')}</Alert>;
}
