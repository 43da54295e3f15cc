// Signing in in a tab, by choice, while the background sleeps.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { startInTab } from './steps.ts';

inBothBrowsers(
  'a sign-in in a tab',
  (it) => {
    it('outlives its background, and is finished without the popup', async ({ browser, mock }) => {
      const { popup, tab } = await startInTab(browser);
      await popup.close();
      // Chromium wakes it for every event of the tab, also for the late ones of its load.
      await expect
        .poll(async () => {
          await browser.killBackground();
          return browser.backgroundRuns();
        })
        .toBe(false);
      await tab.submit(ADA);
      // The background closes the tab: returning to the extension's page has woken it.
      await tab.waitUntilClosed();

      const reopened = await browser.openPopup();
      await reopened.waitForStatus('signedIn');
      await reopened.waitForText(ADA.name);
      expect(mock.store.liveGrants()).toHaveLength(1);
      expect(await unknownGrants(browser, mock)).toBe(0);
    });
  },
  'tab',
);
