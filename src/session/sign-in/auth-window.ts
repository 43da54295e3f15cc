// The window of an attempt, from launch to close. Browsers show it only once the server has answered, so it may appear
// after the attempt was cancelled or its background died. Firefox and Chromium refuse or break a second window beside
// it. So a window counts as expected until its launch has settled, however long that takes.
import { FxaError } from '../../fxa/errors.ts';
import { orCancelled } from './attempt.ts';
import type { Ports } from '../ports.ts';
import { LOCKS, MEMORY } from '../state/storage-items.ts';

/** How long an attempt waits for the window of an earlier one to appear and close. */
const CLOSE_TIMEOUT_MS = 30_000;
/** How long to wait for the window of a background that died. */
const LATE_WINDOW_MS = 5000;
const CLOSE_POLL_MS = 50;

/** `owner`: the attempt that launched the window. An unwanted window is closed as soon as it appears. */
type WindowState =
  | { readonly owner: string; readonly id: number }
  | { readonly owner: string; readonly expectedAt: number; readonly unwanted?: boolean }
  | null;

export type AuthWindows = ReturnType<typeof createAuthWindows>;

/** Creates what opens, shows and closes the window of an attempt. */
export function createAuthWindows({ memory, authWindow, locks, now }: Ports) {
  /** Resolves once the last window launched here has closed. */
  let last: Promise<void> = Promise.resolve();

  const read = async () => ((await memory.get(MEMORY.authWindow)) ?? null) as WindowState;

  /** Changes the stored state, and returns the one before. */
  const change = (next: (state: WindowState) => WindowState) =>
    locks.exclusive(LOCKS.window, async () => {
      const before = await read();
      const after = next(before);
      if (after !== before) await memory.set({ [MEMORY.authWindow]: after });
      return before;
    });

  const forget = (owner: string) => change((state) => (state?.owner === owner ? null : state));

  /** Closes the window, now or as soon as it appears. */
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

    /**
     * Closes the window of an earlier attempt, and waits until it is gone.
     *
     * @throws the signal's reason, or FxaError `busy` when it doesn't close in time.
     */
    async waitUntilClosed(signal: AbortSignal): Promise<void> {
      await dismiss();
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(CLOSE_TIMEOUT_MS)]);
      try {
        await orCancelled(last, inTime);
        // A window launched by a dead background may still appear; until then there is nothing to close.
        while (isLate(await read(), now())) {
          inTime.throwIfAborted();
          await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
        }
      } catch (error) {
        if (signal.aborted) throw error;
        throw new FxaError('busy', 'The window of an earlier attempt did not close.', { cause: error });
      }
    },

    /**
     * Opens the window and resolves with the URL it ended on.
     *
     * @throws the signal's reason, and what the `AuthWindow` port throws.
     */
    async open(url: string, owner: string, signal: AbortSignal): Promise<string> {
      signal.throwIfAborted();
      await change(() => ({ owner, expectedAt: now() }));
      // Nothing was launched: a window that opens now isn't ours.
      if (signal.aborted) await forget(owner);
      signal.throwIfAborted();
      const launched = authWindow.launch(url, signal);
      const closed = async () => {
        await forget(owner);
      };
      // The next attempt only waits for it to be over.
      last = launched.then(closed, closed).catch(() => undefined);
      return orCancelled(launched, signal);
    },

    /** Brings our window to the front; true if there was one. */
    async show(): Promise<boolean> {
      const state = await read();
      return state !== null && 'id' in state && (await authWindow.focus(state.id));
    },

    /** Whether a window was launched but hasn't appeared yet. */
    async isComing(): Promise<boolean> {
      const state = await read();
      return state !== null && 'expectedAt' in state;
    },

    /** Reports a window created by a launch. Call for no other: a window that isn't known to be ours is never closed. */
    async created(windowId: number): Promise<void> {
      const before = await change((state) =>
        state && 'expectedAt' in state ? { owner: state.owner, id: windowId } : state,
      );
      if (before && 'expectedAt' in before && before.unwanted) await authWindow.close(windowId);
    },

    async removed(windowId: number): Promise<void> {
      await change((state) => (state && 'id' in state && state.id === windowId ? null : state));
    },
  };
}

function isLate(state: WindowState, now: number): boolean {
  return state !== null && 'expectedAt' in state && Math.abs(now - state.expectedAt) <= LATE_WINDOW_MS;
}
