// One view per state. The signed-in view is loaded at once, the others on demand or ahead of it.
import type { FunctionComponent } from 'preact';
import type { View } from '../../../session/state/view.ts';
import { SignedIn } from './signed-in.tsx';

type Views = Partial<Record<View['status'], FunctionComponent<{ view: View }>>>;

const views: Views = { signedIn: SignedIn };

export const viewOf = (status: View['status']) => views[status];

/** Rejects when the extension's files cannot be read. */
export async function fetchOtherViews(): Promise<void> {
  Object.assign(views, await import('./other-views.ts'));
}
