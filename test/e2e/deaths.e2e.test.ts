// The background ends between the sign-in page and the tokens; its other ends are in deaths.long.e2e.test.ts.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { goOn, startSignIn } from './steps.ts';

inBothBrowsers('the end of the background', (it) => {
  it('before the tokens arrived', async ({ browser, mock }) => {
    const held = mock.hold('exchange');
    const { popup, window } = await startSignIn(browser);
    await window.submit(ADA);
    await held.reached();
    await popup.waitForText('Almost there');
    await browser.killBackground();
    held.release();

    await goOn(browser, popup, (again) => again.press('Continue'));
    // The one grant nobody can know of: its answer never reached the extension.
    expect(mock.store.liveGrants()).toHaveLength(2);
    expect(await unknownGrants(browser, mock)).toBe(1);
  });
});
