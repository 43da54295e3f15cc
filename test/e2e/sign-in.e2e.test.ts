// Signing in, and cancelling it; more in sign-in.long.e2e.test.ts.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs, startSignIn } from './steps.ts';
import { liveTokensIn } from './tokens.ts';

inBothBrowsers('signing in', (it) => {
  it('signs in and shows the profile', async ({ browser, mock }) => {
    const popup = await signInAs(browser, ADA);

    await popup.waitForText(ADA.name);
    expect(await popup.hasButton('Sign out of this extension')).toBe(true);
    await expect.poll(() => browser.authWindows()).toBe(0);
    expect(mock.store.liveGrants({ email: ADA.email })).toHaveLength(1);
    expect(liveTokensIn(await browser.readStorage('session'), mock)).toBeGreaterThan(0);
    expect(liveTokensIn(await browser.readStorage('local'), mock)).toBe(0);
  });

  it('is cancelled from the popup, which closes the window', async ({ browser }) => {
    const { popup, window } = await startSignIn(browser);
    await popup.press('Cancel');

    await window.waitUntilClosed();
    await popup.waitForStatus('signedOut');
    expect(await browser.authWindows()).toBe(0);
  });
});
