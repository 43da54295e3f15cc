// Signing in and up, and the ways in which a person does not.
import { expect } from 'vitest';
import { ADA, NEWCOMER } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs, startSignIn } from './steps.ts';
import { liveTokensIn } from './tokens.ts';

inBothBrowsers('signing in', (it) => {
  it('signs in and shows the profile', async ({ browser, standin }) => {
    const popup = await signInAs(browser, ADA);

    await popup.waitForText(ADA.name);
    expect(await popup.hasButton('Sign out of this extension')).toBe(true);
    expect(await browser.authWindows()).toBe(0);
    expect(standin.store.liveGrants({ email: ADA.email })).toHaveLength(1);
    expect(liveTokensIn(await browser.readStorage('session'), standin)).toBeGreaterThan(0);
    expect(liveTokensIn(await browser.readStorage('local'), standin)).toBe(0);
  });

  it('signs up', async ({ browser, standin }) => {
    const { popup, window } = await startSignIn(browser);
    await window.press('Create an account');
    await window.submit(NEWCOMER, 'Create account');
    // Nothing is mailed by the stand-in: the code stands on its page, and in its books.
    await expect.poll(() => standin.store.accounts.byEmail(NEWCOMER.email)).toBeDefined();
    await window.fill('code', standin.store.accounts.byEmail(NEWCOMER.email)?.confirmationCode ?? '');
    await window.press('Confirm');

    await popup.waitForStatus('signedIn');
    await popup.waitForText(NEWCOMER.email);
    expect(standin.store.liveGrants({ email: NEWCOMER.email })).toHaveLength(1);
  });

  it('signs in after a wrong password', async ({ browser, standin }) => {
    const { popup, window } = await startSignIn(browser);
    await window.submit({ ...ADA, password: 'wrong horse' });
    expect(await window.waitForAlert()).not.toBe('');
    expect((await popup.view()).status).toBe('signingIn');

    await window.submit(ADA);
    await popup.waitForStatus('signedIn');
    expect(standin.store.liveGrants({ email: ADA.email })).toHaveLength(1);
  });

  it('is cancelled when the window is closed', async ({ browser, standin }) => {
    const { popup } = await startSignIn(browser);
    await browser.closeAuthWindow();

    await popup.waitForStatus('signedOut');
    await popup.waitForAlert('cancelled');
    expect(await popup.hasButton('Sign in')).toBe(true);
    expect(standin.store.liveGrants()).toHaveLength(0);
  });

  it('is cancelled from the popup, which closes the window', async ({ browser }) => {
    const { popup, window } = await startSignIn(browser);
    await popup.press('Cancel');

    await window.waitUntilClosed();
    await popup.waitForStatus('signedOut');
    expect(await browser.authWindows()).toBe(0);
  });
});
