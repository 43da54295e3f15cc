// Pages follow the state by watching the `view` in storage; they never ask for it. What could not be written there is in memory.
import type { View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';

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

/** What stands in for the view while the disk takes nothing (session/unwritten.ts). Pure. */
const viewIn = (unwritten: unknown): unknown => (unwritten as { view?: unknown } | null | undefined)?.view;

/** Calls back with the stored view, and again whenever it changes. Resolves when it was looked for. */
export async function watchView(show: (view: View) => void): Promise<void> {
  let onDisk: unknown;
  let kept: unknown;
  const tell = () => {
    const view = readView(kept ?? onDisk);
    if (view) show(view);
  };
  const { local, session } = browser.storage as Pick<typeof browser.storage, 'local'> &
    Partial<Pick<typeof browser.storage, 'session'>>;
  local.onChanged.addListener(({ view }) => {
    if (!view) return;
    onDisk = view.newValue;
    tell();
  });
  session?.onChanged.addListener(({ unwritten }) => {
    if (!unwritten) return;
    kept = viewIn(unwritten.newValue);
    tell();
  });
  const keptNow = session?.get('unwritten').then(({ unwritten }) => viewIn(unwritten));
  try {
    onDisk = (await local.get('view')).view;
    kept = await keptNow?.catch(() => undefined);
    tell();
  } catch {
    show({ ...NOBODY, problem: { code: 'storage_unavailable', at: Date.now() } });
  }
}
