// A tester selects a fault in the settings, by keyboard: the next sign-in meets it, and the one after its end succeeds.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

const OPTIONS = 'src/extension/pages/options/index.html';
const NOTE = words('simulatedFault').replace('$FAULT$', words('fault_offline'));

inBothBrowsers('a simulated fault', (it) => {
  it('meets a sign-in as soon as it is selected, is shown in the popup, and ends with "None"', async ({
    browser,
    mock,
  }) => {
    const options = await browser.openPage(OPTIONS);
    await options.tabTo('combobox', words('simulateFault'));
    await options.type(words('fault_offline'));
    await options.waitForText(NOTE);

    const popup = await browser.openPopup();
    await popup.waitForText(NOTE);
    await popup.press(words('signIn'));
    await popup.waitForAlert('offline');
    expect(mock.store.liveGrants()).toHaveLength(0);
    await popup.close();

    await options.tabTo('combobox', words('simulateFault'));
    await options.type(words('fault_none'));
    await expect.poll(() => options.text()).not.toContain(NOTE);
    const again = await browser.openPopup();
    await again.press(words('tryAgain'));
    await (await browser.authWindow()).submit(ADA);
    await again.waitForStatus('signedIn');
    expect(mock.store.liveGrants()).toHaveLength(1);
  });

  it('ends with the browser', async ({ browser }) => {
    const options = await browser.openPage(OPTIONS);
    await options.tabTo('combobox', words('simulateFault'));
    await options.type(words('fault_offline'));
    await options.waitForText(NOTE);
    await browser.restart();
    const popup = await signInAs(browser, ADA);
    expect(await popup.text()).not.toContain(NOTE);
  });
});
