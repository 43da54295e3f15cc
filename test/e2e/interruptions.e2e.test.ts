// The background ends while a person signs in.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { startSignIn } from './steps.ts';

inBothBrowsers('an interruption', (it) => {
  it('of the background is noticed, and Continue finishes the sign-in', async ({ browser, mock }) => {
    const { popup, window } = await startSignIn(browser);
    await browser.killBackground();
    await window.submit(ADA);
    await window.waitUntilClosed();

    await popup.waitForAlert('interrupted');
    await popup.press('Continue');
    const again = await browser.authWindow();
    await again.press('Continue');
    await popup.waitForStatus('signedIn');
    await popup.waitForText(ADA.name);
    await expect.poll(() => browser.authWindows()).toBe(0);
    expect(mock.store.liveGrants({ email: ADA.email })).toHaveLength(1);
  });
});
