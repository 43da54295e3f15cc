// Signing in and up, and the ways in which a person does not.
import { expect } from 'vitest';
import { ADA, NEWCOMER } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs, startSignIn } from './steps.ts';
import { liveTokensIn } from './tokens.ts';

inBothBrowsers('signing in', (it) => {
  it('signs in and shows the profile', async ({ browser, mock }) => {
    const popup = await signInAs(browser, ADA);

    await popup.waitForText(ADA.name);
    expect(await popup.hasButton('Sign out of this extension')).toBe(true);
    expect(await browser.authWindows()).toBe(0);
    expect(mock.store.liveGrants({ email: ADA.email })).toHaveLength(1);
    expect(liveTokensIn(await browser.readStorage('session'), mock)).toBeGreaterThan(0);
    expect(liveTokensIn(await browser.readStorage('local'), mock)).toBe(0);
  });

  it('signs up', async ({ browser, mock }) => {
    const { popup, window } = await startSignIn(browser);
    await window.press('Create an account');
    await window.submit(NEWCOMER, 'Create account');
    // Nothing is mailed by the mock server: the code stands on its page, and in its books.
    await expect.poll(() => mock.store.accounts.byEmail(NEWCOMER.email)).toBeDefined();
    await window.fill('code', mock.store.accounts.byEmail(NEWCOMER.email)?.confirmationCode ?? '');
    await window.press('Confirm');

    await popup.waitForStatus('signedIn');
    await popup.waitForText(NEWCOMER.email);
    expect(mock.store.liveGrants({ email: NEWCOMER.email })).toHaveLength(1);
  });

  it('signs in after a wrong password', async ({ browser, mock }) => {
    const { popup, window } = await startSignIn(browser);
    await window.submit({ ...ADA, password: 'wrong horse' });
    expect(await window.waitForAlert()).not.toBe('');
    expect((await popup.view()).status).toBe('signingIn');

    await window.submit(ADA);
    await popup.waitForStatus('signedIn');
    expect(mock.store.liveGrants({ email: ADA.email })).toHaveLength(1);
  });

  it('is cancelled when the window is closed', async ({ browser, mock }) => {
    const { popup } = await startSignIn(browser);
    await browser.closeAuthWindow();

    await popup.waitForStatus('signedOut');
    await popup.waitForAlert('cancelled');
    expect(await popup.hasButton('Sign in')).toBe(true);
    expect(mock.store.liveGrants()).toHaveLength(0);
  });

  it('is cancelled from the popup, which closes the window', async ({ browser }) => {
    const { popup, window } = await startSignIn(browser);
    await popup.press('Cancel');

    await window.waitUntilClosed();
    await popup.waitForStatus('signedOut');
    expect(await browser.authWindows()).toBe(0);
  });
});
