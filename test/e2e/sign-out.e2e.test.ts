// Signing out, and signing in as somebody else.
import { expect } from 'vitest';
import { ADA, LIN } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs, startSignIn } from './steps.ts';

inBothBrowsers('signing out', (it) => {
  it('kills the grant and the known access token at the server', async ({ browser, standin }) => {
    const popup = await signInAs(browser, ADA);
    expect(standin.store.liveGrants()).toHaveLength(1);
    expect(standin.store.liveAccessTokens()).not.toHaveLength(0);

    await popup.press('Sign out of this extension');
    await popup.waitForStatus('signedOut');
    await expect.poll(() => standin.store.liveGrants().length).toBe(0);
    await expect.poll(() => standin.store.liveAccessTokens().length).toBe(0);
    expect((await popup.view()).text).not.toContain(ADA.email);
    expect(JSON.stringify(await browser.readStorage('local'))).not.toContain(ADA.email);
  });

  it('lets another person sign in', async ({ browser, standin }) => {
    const first = await signInAs(browser, ADA);
    await first.press('Sign out of this extension');
    await first.waitForStatus('signedOut');
    await first.close();

    const { popup, window } = await startSignIn(browser);
    await window.press('Use a different account');
    await window.submit(LIN);
    await popup.waitForStatus('signedIn');
    await popup.waitForText(LIN.email);
    expect((await popup.view()).text).not.toContain(ADA.name);
    expect(standin.store.liveGrants({ email: LIN.email })).toHaveLength(1);
    expect(standin.store.liveGrants({ email: ADA.email })).toHaveLength(0);
  });
});
