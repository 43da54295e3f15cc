// Signing in in a tab: how it ends, and that the same happens where the browser has no window for it.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { IN_A_TAB, moveToTab, startInTab } from './steps.ts';
import { words } from './words.ts';

inBothBrowsers(
  'a sign-in in a tab',
  (it) => {
    it('ends on the return page, and closes the tab', async ({ browser, mock }) => {
      const { popup, tab } = await startInTab(browser);
      await tab.submit(ADA);
      await tab.waitUntilClosed();
      await popup.waitForStatus('signedIn');
      await popup.waitForText(ADA.name);
      expect(mock.store.liveGrants()).toHaveLength(1);
      expect(await unknownGrants(browser, mock)).toBe(0);
    });

    it('is cancelled by closing the tab, also while the background sleeps', async ({ browser, mock }) => {
      const { popup } = await startInTab(browser);
      await browser.closeAuthWindow();
      await popup.waitForAlert('cancelled');

      await moveToTab(browser, popup);
      await popup.close();
      await browser.killBackground();
      await browser.closeAuthWindow();
      const reopened = await browser.openPopup();
      await reopened.waitForAlert('cancelled');
      expect(mock.store.liveGrants()).toHaveLength(0);
    });
  },
  'tab',
);

inBothBrowsers(
  'a browser without a window for web sign-in',
  (it) => {
    it('signs in in a tab', async ({ browser, mock }) => {
      const popup = await browser.openPopup();
      await popup.press(words('signIn'));
      if (browser.name === 'firefox') {
        // The permission to see the return page has not been requested yet.
        await popup.waitForAlert('unsupported');
        await popup.press(IN_A_TAB);
      }
      const tab = await browser.authWindow();
      await tab.submit(ADA);
      await popup.waitForStatus('signedIn');
      await popup.press(words('signOut'));
      await popup.waitForStatus('signedOut');

      // From now on the same button does it.
      await popup.press(words('signIn'));
      await popup.waitForText(words('phaseTab'));
      await (await browser.authWindow()).press('Continue');
      await popup.waitForStatus('signedIn');
      await expect.poll(() => mock.store.liveGrants().length).toBe(1);
      expect(await unknownGrants(browser, mock)).toBe(0);
      expect(await browser.authWindows()).toBe(0);
    });
  },
  'windowless',
);
