// One view for each state. Who is signed in is seen at once; the other views are fetched when they are needed, or ahead of it.
import type { FunctionComponent } from 'preact';
import type { View } from '../../../session/state/view.ts';
import { SignedIn } from './signed-in.tsx';

type Views = Partial<Record<View['status'], FunctionComponent<{ view: View }>>>;

const views: Views = { signedIn: SignedIn };

export const viewOf = (status: View['status']) => views[status];

/** Rejects where the extension's own files cannot be read. */
export async function fetchOtherViews(): Promise<void> {
  Object.assign(views, await import('./other-views.ts'));
}
