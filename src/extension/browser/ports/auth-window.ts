// Implements the `AuthWindow` port with the browser's window for web sign-in.
import { FxaError } from '../../../fxa/errors.ts';
import type { AuthWindow } from '../../../session/ports.ts';
import { probeAnswer } from './answer-probe.ts';
import { authWindowError } from './auth-window-errors.ts';
import { browser } from '../api.ts';
import { forgetNewTabs, watchForWindow } from './own-window.ts';

let opened: (windowId: number) => void = () => undefined;

/** Calls back with each sign-in window that opens. Call it when the background starts. */
export function onAuthWindow(work: (windowId: number) => void): void {
  opened = work;
  forgetNewTabs();
}

export const authWindow: AuthWindow = {
  get redirectUri() {
    // Missing in some browsers, despite the types.
    const identity = browser.identity as typeof browser.identity | undefined;
    if (!identity) throw new FxaError('unsupported', 'This browser has no window for web sign-in.');
    return identity.getRedirectURL();
  },

  async launch(url, signal) {
    // Missing in Firefox for Android, despite the types.
    if (typeof (browser.identity as Partial<typeof browser.identity>).launchWebAuthFlow !== 'function') {
      throw new FxaError('unsupported', 'This browser has no window for web sign-in.');
    }
    let redirected: string | undefined;
    const stop = watchForWindow(signal, (over) => probeAnswer(url, over), opened);
    try {
      redirected = await browser.identity.launchWebAuthFlow({ url, interactive: true });
    } catch (error) {
      throw authWindowError(error);
    } finally {
      stop();
    }
    // Some browsers resolve without a URL when the window is closed.
    if (!redirected) throw new FxaError('cancelled', 'The sign-in window gave no answer.');
    return redirected;
  },

  async focus(windowId) {
    try {
      await browser.windows.update(windowId, { focused: true });
      return true;
    } catch {
      return false;
    }
  },

  async close(windowId) {
    try {
      await browser.windows.remove(windowId);
    } catch {
      // Already closed.
    }
  },
};
