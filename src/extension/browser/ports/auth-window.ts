// Implements the `AuthWindow` port with the browser's window for web sign-in.
import { FxaError, type FxaErrorCode } from '../../../fxa/errors.ts';
import type { AuthWindow } from '../../../session/ports.ts';
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

/**
 * The codes of launchWebAuthFlow's English messages; the first match wins. From Chromium 156 and Firefox 153; the test
 * has the messages.
 */
const TABLE: readonly (readonly [RegExp, FxaErrorCode, string])[] = [
  [/did not approve access|cancelled or denied access/i, 'cancelled', 'The sign-in window was closed.'],
  [/page could not be loaded/i, 'server_unavailable', 'The sign-in page could not be loaded.'],
  [/only one web auth flow/i, 'busy', 'Another sign-in window is still open.'],
  [
    /redirect_?ur[il] not allowed|redirect url is not valid/i,
    'misconfigured',
    'The browser refuses the redirect URI.',
  ],
  [/interaction required|requires user interaction/i, 'reauth_required', 'The sign-in requires interaction.'],
  [
    /couldn.t create a browser window|not (?:a function|supported|implemented)/i,
    'unsupported',
    'There is no sign-in window here.',
  ],
];

/** What an error of `launchWebAuthFlow` means, by its message; `internal` if that is unknown. */
export function authWindowError(cause: unknown): FxaError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const [, code, message] = TABLE.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    'internal' as const,
    'The sign-in window failed.',
  ];
  return new FxaError(code, message, { cause });
}

/**
 * Requests the sign-in page once, and resolves when its server responds, which is when Firefox shows the window. The
 * request has no parameters and no cookies, so it cannot sign in or cause a second code, as a second
 * `launchWebAuthFlow` would.
 *
 * @throws what `fetch` throws without a response.
 */
export async function probeAnswer(authorizationUrl: string, signal: AbortSignal): Promise<void> {
  const { origin, pathname } = new URL(authorizationUrl);
  const response = await fetch(origin + pathname, {
    // Nothing is read, and in this mode no `Origin` header identifies the extension.
    mode: 'no-cors',
    credentials: 'omit',
    // Otherwise the cache would serialize this request with the browser's own.
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    signal,
  });
  await response.body?.cancel();
}
