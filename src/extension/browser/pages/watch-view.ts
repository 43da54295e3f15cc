// Watches the `view` in storage for a page. A view that could not be saved is in `storage.session`.
import type { View } from '../../../session/state/view.ts';
import { browser } from '../api.ts';

const SIGNED_OUT: View = {
  version: 3,
  status: 'signedOut',
  sessionOnly: 'off',
  pendingRevocations: 0,
  metrics: { on: false, closedBy: ['account'] },
};

/**
 * Reads a stored view: signed out if absent. Undefined for a view of another version, which the background rewrites as
 * soon as it is awake. Pure.
 */
export function readView(stored: unknown): View | undefined {
  if (stored === undefined) return SIGNED_OUT;
  const view = stored as View | null;
  return view?.version === SIGNED_OUT.version ? view : undefined;
}

/** The view kept in memory while it cannot be saved (session/unwritten.ts). Pure. */
const viewIn = (unwritten: unknown): unknown => (unwritten as { view?: unknown } | null | undefined)?.view;

/** Calls back with the stored view, and again on every change. Resolves after the first read. */
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
    show({ ...SIGNED_OUT, problem: { code: 'storage_unavailable', at: Date.now() } });
  }
}
