// The window of an attempt, from being asked for to being gone. Browsers show it only when the server has answered, so it
// may come after the attempt was cancelled; and both refuse or break a second one beside it.
import { FxaError } from '../fxa/errors.ts';
import { orCancelled, throwIfCancelled } from './cancel.ts';
import type { Ports } from './ports.ts';

/** Lies in `storage.session`: an id means something only until the browser ends, and outlives the background. */
const KEY = 'authWindow';

/** A window that opens later than this after it was asked for is somebody else's. */
const EXPECTED_WITHIN_MS = 120_000;

/** How long an attempt waits for the window of a cancelled one to come and go. */
const LAST_ONE_LEAVES_WITHIN_MS = 30_000;

type Known =
  | { readonly id: number }
  /** Asked for and not seen yet; `unwanted` when it is to be closed as soon as it is seen. */
  | { readonly expectedAt: number; readonly unwanted?: boolean }
  | null;

export interface AuthWindows {
  /**
   * Opens the window and resolves with the URL it ended on.
   *
   * @throws FxaError `cancelled`, `busy`, and what the `AuthWindow` port throws.
   */
  open(url: string, signal: AbortSignal): Promise<string>;
  /** True when a window of ours is in front now. */
  show(): Promise<boolean>;
  /** Closes the window, now or as soon as it appears. */
  dismiss(): Promise<void>;
  created(windowId: number): Promise<void>;
  removed(windowId: number): Promise<void>;
}

export function createAuthWindows({ memory, authWindow, now }: Ports): AuthWindows {
  /** Settles when the last window this context asked for has come and gone. */
  let last: Promise<void> = Promise.resolve();

  const known = async () => ((await memory.get(KEY)) ?? null) as Known;
  const remember = (state: Known) => memory.set({ [KEY]: state });

  const lastHasLeft = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new FxaError('busy', 'The window of a cancelled attempt has not gone.'));
      }, LAST_ONE_LEAVES_WITHIN_MS);
      orCancelled(last, signal)
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
        });
    });

  return {
    async open(url, signal) {
      const leftOver = await known();
      // The window of an attempt that died with its background leads nowhere, and stands in the way.
      if (leftOver && 'id' in leftOver) await authWindow.close(leftOver.id);
      await lastHasLeft(signal);
      await remember({ expectedAt: now() });
      throwIfCancelled(signal);
      const launched = authWindow.launch(url);
      last = launched.then(
        () => remember(null),
        () => remember(null),
      );
      return orCancelled(launched, signal);
    },

    async show() {
      const state = await known();
      return state !== null && 'id' in state && (await authWindow.focus(state.id));
    },

    async dismiss() {
      const state = await known();
      if (state === null) return;
      if ('id' in state) await authWindow.close(state.id);
      else await remember({ ...state, unwanted: true });
    },

    async created(windowId) {
      const state = await known();
      if (state === null || 'id' in state || now() - state.expectedAt > EXPECTED_WITHIN_MS) return;
      await remember({ id: windowId });
      if (state.unwanted) await authWindow.close(windowId);
    },

    async removed(windowId) {
      const state = await known();
      if (state !== null && 'id' in state && state.id === windowId) await remember(null);
    },
  };
}
