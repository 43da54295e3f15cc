// The whole life of a sign-in, on the servers of each era but today's, which all other cases meet. A build for the servers
// of 2019 discovers everything; the same build that works today also works on the server that Mozilla plans.
import { expect } from 'vitest';
import { ERAS } from '../../src/mock-accounts/era.ts';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { openPopupAfterEnd } from './ended-elsewhere.ts';
import { accountOf, rename } from './mock-server.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

for (const era of ERAS.filter((one) => one !== 'today')) {
  inBothBrowsers(
    `a sign-in in era ${era}`,
    (it) => {
      it('begins, refreshes, is ended twice elsewhere, and leaves nothing alive', async ({
        browser,
        mock,
      }) => {
        const ada = accountOf(mock.store, ADA.email);
        rename(mock, ADA.email, 'Ada Byron');
        const first = await signInAs(browser, ADA);
        await first.waitForText('Ada Byron');
        await first.close();

        // The access token ends with the browser: what the popup learns now, it learns by a refresh.
        await browser.restart();
        rename(mock, ADA.email, ADA.name);
        const refreshed = await browser.openPopup();
        await refreshed.waitForText(ADA.name);
        await refreshed.close();

        for (const end of ['Disconnect', 'a new password'] as const) {
          if (end === 'Disconnect') {
            for (const { clientId } of mock.store.liveGrants()) mock.store.disconnect(ada.uid, clientId);
          } else mock.store.changePassword(ada, SEED_PASSWORD);
          expect(mock.store.liveGrants(), end).toEqual([]);
          const popup = await openPopupAfterEnd(browser);
          await popup.press(words('signIn'));
          const window = await browser.authWindow();
          await window.submit(ADA);
          await popup.waitForStatus('signedIn');
          await popup.close();
        }

        const last = await browser.openPopup();
        await last.press('Sign out of this extension');
        await last.waitForStatus('signedOut');
        await expect.poll(() => mock.store.liveGrants()).toEqual([]);
        await expect.poll(() => mock.store.liveAccessTokens()).toEqual([]);
      });
    },
    era === '2019' ? 'custom' : 'local',
    era,
  );
}
