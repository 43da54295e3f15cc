// A tester turns to another server on the options page: signed out at the first, then at home at the second.
import { expect, inject } from 'vitest';
import { freePort } from '../../scripts/machine/free-port.mjs';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { testMockServer } from './mock-server.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

const OPTIONS = 'src/extension/pages/options/index.html';

inBothBrowsers('another server', (it) => {
  it('is turned to after a sign-out, outlives the browser, and can be left again', async ({
    browser,
    mock,
  }) => {
    const other = testMockServer(await freePort(), 'today', inject('returnPage'));
    await other.switchOn();
    try {
      await (await signInAs(browser, ADA)).close();
      expect(mock.store.liveGrants()).toHaveLength(1);

      const options = await browser.openPage(OPTIONS);
      await options.unfold(words('serverChange'));
      await options.press(words('serverStandin'));
      await options.tabTo('textbox', words('serverIssuer'));
      await options.type(other.origin);
      await options.press(words('serverUse'));
      // The extension starts anew, and its pages go with it.
      await expect
        .poll(
          () =>
            options.text().then(
              () => 'open',
              () => 'closed',
            ),
          { timeout: 120_000 },
        )
        .toBe('closed');
      await options.close().catch(() => undefined);
      expect(mock.store.liveGrants()).toHaveLength(0);

      await (await signInAs(browser, ADA)).close();
      expect(other.store.liveGrants()).toHaveLength(1);
      await browser.restart();
      await (await browser.openPopup()).waitForStatus('signedIn');
      const again = await browser.openPage(OPTIONS);
      await again.waitForText(other.origin);
      await again.unfold(words('serverChange'));
      await again.press(words('serverOwn'));
      await again.press(words('serverUse'));
      await expect.poll(() => other.store.liveGrants().length).toBe(0);
      expect(mock.store.liveGrants()).toHaveLength(0);
    } finally {
      await other.switchOff();
    }
  });
});
