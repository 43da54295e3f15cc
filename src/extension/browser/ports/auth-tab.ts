// Implements the `AuthTab` port: signing in in a tab. The only permission needed is for the return page's host; the
// URLs of all other hosts, including Mozilla accounts, stay hidden.
import { FxaError } from '../../../fxa/errors.ts';
import type { AuthTab } from '../../../session/ports.ts';
import { returnPagePattern } from '../../return-page.ts';
import { browser } from '../api.ts';

/** `returnPage` is from the build; without one, tabs are unsupported. */
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
        // Chromium may return no tab, despite the types.
        const tab = (await browser.tabs.update(tabId, { active: true })) as { windowId?: number } | undefined;
        windowId = tab?.windowId;
      } catch {
        return false;
      }
      // Android has no windows, and the tab is usable even if its window cannot be focused.
      if (windowId !== undefined) await focusWindow(windowId);
      return true;
    },

    async close(tabId) {
      try {
        await browser.tabs.remove(tabId);
      } catch {
        // Already closed.
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
