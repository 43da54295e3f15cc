// The window of an attempt, from being asked for to being gone. Browsers show it only when the server has answered, so it
// may come after the attempt was cancelled or its background died; and both refuse or break a second one beside it. It is
// expected until its launch has settled, however long that takes.
import { FxaError } from '../../fxa/errors.ts';
import { orCancelled, throwIfCancelled } from '../cancellation.ts';
import type { Ports } from '../ports.ts';

/** Lies in `storage.session`: an id means something only until the browser ends, and outlives the background. */
const KEY = 'authWindow';
/** Events and commands come at the same time; each reads and writes in one go. */
const LOCK = 'fxa:window';

/** How long an attempt waits for the window of an attempt before it to come and go. */
const CLOSE_TIMEOUT_MS = 30_000;
/** How late the window of a dead background may come and still be waited for. */
const LATE_WINDOW_MS = 5000;
const CLOSE_POLL_MS = 50;

/** `owner` is the attempt that asked for the window; an unwanted one is closed as soon as it is known. */
type Known =
  | { readonly owner: string; readonly id: number }
  | { readonly owner: string; readonly expectedAt: number; readonly unwanted?: boolean }
  | null;

export interface AuthWindows {
  /**
   * Resolves when no window of an earlier attempt is left, closing one that is.
   *
   * @throws FxaError `cancelled`, or `busy` when it does not leave.
   */
  waitUntilClosed(signal: AbortSignal): Promise<void>;
  /**
   * Opens the window and resolves with the URL it ended on.
   *
   * @throws FxaError `cancelled`, and what the `AuthWindow` port throws.
   */
  open(url: string, owner: string, signal: AbortSignal): Promise<string>;
  /** True when a window of ours is in front now. */
  show(): Promise<boolean>;
  /** Closes the window, now or as soon as it appears. */
  dismiss(): Promise<void>;
  /** Whether a window was asked for that is not known yet. */
  isComing(): Promise<boolean>;
  /** To be called with the window of a launch alone: one that is not known to be ours is never closed. */
  created(windowId: number): Promise<void>;
  removed(windowId: number): Promise<void>;
}

export function createAuthWindows({ memory, authWindow, locks, now }: Ports): AuthWindows {
  /** Settles when the last window this context asked for has come and gone. */
  let last: Promise<void> = Promise.resolve();

  const known = async () => ((await memory.get(KEY)) ?? null) as Known;

  /** Changes what is known, and returns what was known before. */
  const change = (next: (state: Known) => Known) =>
    locks.exclusive(LOCK, async () => {
      const before = await known();
      const after = next(before);
      if (after !== before) await memory.set({ [KEY]: after });
      return before;
    });

  const forget = (owner: string) => change((state) => (state?.owner === owner ? null : state));

  const dismiss = async () => {
    const before = await change((state) =>
      state && 'expectedAt' in state ? { ...state, expectedAt: now(), unwanted: true } : state,
    );
    if (!before || !('id' in before)) return;
    await authWindow.close(before.id);
    await forget(before.owner);
  };

  return {
    dismiss,

    async waitUntilClosed(signal) {
      await dismiss();
      const patience = AbortSignal.any([signal, AbortSignal.timeout(CLOSE_TIMEOUT_MS)]);
      try {
        await orCancelled(last, patience);
        // A window that a dead background asked for may still come; until then there is nothing to close.
        while (isLate(await known(), now())) {
          throwIfCancelled(patience);
          await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
        }
      } catch (error) {
        if (signal.aborted) throw error;
        throw new FxaError('busy', 'The window of an earlier attempt has not gone.', { cause: error });
      }
    },

    async open(url, owner, signal) {
      throwIfCancelled(signal);
      await change(() => ({ owner, expectedAt: now() }));
      if (signal.aborted) {
        // Nothing was asked for: a window that opens now is not ours.
        await forget(owner);
        throwIfCancelled(signal);
      }
      const launched = authWindow.launch(url, signal);
      const gone = async () => {
        await forget(owner);
      };
      // Whoever comes next only wants to know that it is over.
      last = launched.then(gone, gone).catch(() => undefined);
      return orCancelled(launched, signal);
    },

    async show() {
      const state = await known();
      return state !== null && 'id' in state && (await authWindow.focus(state.id));
    },

    async isComing() {
      const state = await known();
      return state !== null && 'expectedAt' in state;
    },

    async created(windowId) {
      const before = await change((state) =>
        state && 'expectedAt' in state ? { owner: state.owner, id: windowId } : state,
      );
      if (before && 'expectedAt' in before && before.unwanted) await authWindow.close(windowId);
    },

    async removed(windowId) {
      await change((state) => (state && 'id' in state && state.id === windowId ? null : state));
    },
  };
}

function isLate(state: Known, now: number): boolean {
  return state !== null && 'expectedAt' in state && Math.abs(now - state.expectedAt) <= LATE_WINDOW_MS;
}
