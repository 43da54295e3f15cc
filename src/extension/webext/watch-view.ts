// Pages follow the state by watching the `view` in storage; they never ask for it.
import type { View } from '../../session/view.ts';
import { browser } from './browser.ts';

const NOBODY: View = {
  version: 3,
  status: 'signedOut',
  sessionOnly: 'off',
  pendingRevocations: 0,
  metrics: { on: false, closedBy: ['account'] },
};

/**
 * What can be said of a stored view: where there is none, nobody is signed in. One of another version says nothing; it is
 * written anew as soon as the background is awake, and to show anything until then would be a guess. Pure.
 */
export function readView(stored: unknown): View | undefined {
  if (stored === undefined) return NOBODY;
  const view = stored as View | null;
  return view?.version === NOBODY.version ? view : undefined;
}

/** Calls back with the stored view, and again whenever it changes. Resolves when it was looked for. */
export async function watchView(show: (view: View) => void): Promise<void> {
  const tell = (stored: unknown) => {
    const view = readView(stored);
    if (view) show(view);
  };
  browser.storage.local.onChanged.addListener((changes) => {
    const change = changes.view;
    if (change) tell(change.newValue);
  });
  try {
    tell((await browser.storage.local.get('view')).view);
  } catch {
    show({ ...NOBODY, problem: { code: 'storage_unavailable', at: Date.now() } });
  }
}
