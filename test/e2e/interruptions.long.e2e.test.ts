// The popup ends, or the whole browser, or the background while a sign-in window is open that is never finished.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { rename } from './mock-server.ts';
import { signInAs, startSignIn } from './steps.ts';
import { liveTokensIn } from './tokens.ts';

inBothBrowsers('an interruption', (it) => {
  it('of the popup does not disturb the sign-in', async ({ browser, mock }) => {
    const { popup, window } = await startSignIn(browser);
    await popup.close();
    await window.submit(ADA);
    await window.waitUntilClosed();

    const reopened = await browser.openPopup();
    await reopened.waitForStatus('signedIn');
    await reopened.waitForText(ADA.name);
    expect(mock.store.liveGrants({ email: ADA.email })).toHaveLength(1);
  });

  it('of the whole browser keeps the person signed in', async ({ browser, mock }) => {
    await signInAs(browser, ADA);
    await mock.switchOff();
    await browser.restart();

    const offline = await browser.openPopup();
    await offline.waitForStatus('signedIn');
    await offline.waitForText(ADA.name);
    await offline.close();

    // The access token ended with the browser, so news of the profile prove that the refresh token still works.
    await mock.switchOn();
    rename(mock, ADA.email, 'Countess of Lovelace');
    const popup = await browser.openPopup();
    await popup.waitForText('Countess of Lovelace');
    expect(await browser.authWindows()).toBe(0);
    expect(mock.store.liveGrants({ email: ADA.email })).toHaveLength(1);
    expect(liveTokensIn(await browser.readStorage('local'), mock)).toBe(0);
  });

  it('of the background leaves no second window behind', async ({ browser }) => {
    const { popup, window } = await startSignIn(browser);
    // Firefox tells the background of the window in its own time.
    await expect.poll(async () => (await browser.readStorage('session')).authWindow).toHaveProperty('id');
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
    await expect.poll(() => browser.authWindows()).toBe(0);
  });
});
