// One view for each state.
import { useEffect, useRef } from 'preact/hooks';
import type { View } from '../../session/view.ts';
import { facts } from '../page-facts.ts';
import { text } from '../ui/text.ts';
import { NeedsReauth } from './needs-reauth.tsx';
import { SignedIn } from './signed-in.tsx';
import { SignedOut } from './signed-out.tsx';
import { SigningIn } from './signing-in.tsx';

const VIEWS = { signedOut: SignedOut, signingIn: SigningIn, signedIn: SignedIn, needsReauth: NeedsReauth };

export function Popup({ view }: { view: View }) {
  const Current = VIEWS[view.status];
  const main = useRef<HTMLElement>(null);
  const shown = `${view.status} ${view.phase ?? ''}`;
  const painted = useRef(shown);

  // The button that was pressed is gone with its view: focus goes to the new heading, which a screen reader then reads.
  useEffect(() => {
    if (painted.current === shown) return;
    painted.current = shown;
    main.current?.querySelector('h1')?.focus();
  }, [shown]);

  return (
    <main data-status={view.status} ref={main}>
      {facts.environment !== 'production' && <p class="tester">{text('testerBuild', facts.environment)}</p>}
      <Current view={view} />
      {view.pendingRevocations > 0 && <p class="note">{text('pendingRevocations')}</p>}
    </main>
  );
}
