// The background ends while a sign-in window is open, which nobody finishes.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { startSignIn } from './steps.ts';

inBothBrowsers('an interruption', (it) => {
  it('of the background leaves no second window behind', async ({ browser }) => {
    const { popup, window } = await startSignIn(browser);
    await browser.killBackground();
    await popup.close();

    const reopened = await browser.openPopup();
    await reopened.waitForAlert('interrupted');
    await reopened.press('Continue');
    await window.waitUntilClosed();
    await browser.authWindow();

    // The new window is one we know: it can be shown, and Cancel closes it.
    await reopened.press('Show the window');
    await expect.poll(() => browser.authWindowInFront()).toBe(true);
    await reopened.press('Cancel');
    await expect.poll(() => browser.authWindows()).toBe(0);

    await reopened.press('Sign in');
    const again = await browser.authWindow();
    await again.submit(ADA);
    await reopened.waitForStatus('signedIn');
    expect(await browser.authWindows()).toBe(0);
  });
});
