// A custom build against the servers of 2019: endpoints by discovery, the missing ones derived, the old wire facts.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { rename } from './mock-server.ts';
import { signInAs } from './steps.ts';

inBothBrowsers(
  'a custom build',
  (it) => {
    it('signs in, refreshes and signs out with the servers of 2019', async ({ browser, mock }) => {
      const first = await signInAs(browser, ADA);
      await first.waitForText(ADA.name);
      await first.waitForText('Tester build: custom');
      await first.close();

      // The access token ends with the browser: what the popup learns now, it learns by a refresh.
      await browser.restart();
      rename(mock, ADA.email, 'Countess of Lovelace');
      const popup = await browser.openPopup();
      await popup.waitForText('Countess of Lovelace');

      await popup.press('Sign out of this extension');
      await popup.waitForStatus('signedOut');
      await expect.poll(() => mock.store.liveGrants().length).toBe(0);
    });
  },
  'custom',
);
