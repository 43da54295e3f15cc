// A tab for web sign-in behind the `AuthTab` port. It needs no permission but, to see where the tab ends, the one for the
// return page's host: the addresses of all other hosts, those of Mozilla accounts among them, stay hidden.
import { FxaError } from '../../../fxa/errors.ts';
import type { AuthTab } from '../../../session/ports.ts';
import { returnPagePattern } from '../../return-page.ts';
import { browser } from '../api.ts';

/** `returnPage` is the build's; without one there is no such sign-in. */
export function authTab(returnPage?: string): AuthTab {
  return {
    ...(returnPage !== undefined && { redirectUri: returnPage }),

    async allowed() {
      if (returnPage === undefined) return false;
      return browser.permissions.contains({ origins: [returnPagePattern(returnPage)] });
    },

    async open(url) {
      const { id } = await browser.tabs.create({ url, active: true });
      if (id === undefined) throw new FxaError('unsupported', 'The browser gave no tab for the sign-in.');
      return id;
    },

    async focus(tabId) {
      let windowId: number | undefined;
      try {
        // Chromium may answer without the tab, whatever the types say.
        const tab = (await browser.tabs.update(tabId, { active: true })) as { windowId?: number } | undefined;
        windowId = tab?.windowId;
      } catch {
        return false;
      }
      // Android has no windows to choose from; and the tab is there, whatever becomes of its window.
      if (windowId !== undefined) await focusWindow(windowId);
      return true;
    },

    async close(tabId) {
      try {
        await browser.tabs.remove(tabId);
      } catch {
        // It is gone already, which is what was wanted.
      }
    },

    async look(tabId) {
      try {
        const { url } = await browser.tabs.get(tabId);
        return url === undefined ? {} : { url };
      } catch {
        return undefined;
      }
    },
  };
}

async function focusWindow(windowId: number): Promise<void> {
  const windows = browser.windows as typeof browser.windows | undefined;
  await windows?.update(windowId, { focused: true }).catch(() => undefined);
}
