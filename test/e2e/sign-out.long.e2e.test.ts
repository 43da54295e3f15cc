// Signing in with another account, asked for at sign-out or without one.
import { expect } from 'vitest';
import { ADA, LIN } from './accounts.ts';
import { unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs, startSignIn } from './steps.ts';
import { words } from './words.ts';

inBothBrowsers('signing out', (it) => {
  it('lets another person sign in', async ({ browser, mock }) => {
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
    expect(mock.store.liveGrants({ email: LIN.email })).toHaveLength(1);
    await expect.poll(() => mock.store.liveGrants({ email: ADA.email }).length).toBe(0);
  });

  it('has the next sign-in ask who it is, when that is wished', async ({ browser, mock }) => {
    const popup = await signInAs(browser, ADA);
    expect(mock.asked.map((parameters) => parameters.get('prompt'))).not.toContain('login');
    const page = await browser.visit(await popup.linkTo(words('connectedServices')));
    await expect.poll(() => page.text()).toContain('Connected services');
    await page.close();

    await popup.unfold(words('otherAccount'));
    await popup.press(words('signOutAndAsk'));
    await popup.waitForStatus('signedOut');
    await popup.press(words('signIn'));
    const window = await browser.authWindow();
    expect(mock.asked.at(-1)?.get('prompt')).toBe('login');
    await window.submit(LIN);
    await popup.waitForStatus('signedIn');
    await popup.waitForText(LIN.email);

    // The same without signing out first.
    await popup.unfold(words('otherAccount'));
    await popup.press(words('useAnotherAccount'));
    await (await browser.authWindow()).submit(ADA);
    await popup.waitForText(ADA.name);
    await popup.waitForText(words('replacedOther'));
    expect((await popup.view()).text).not.toContain(LIN.email);
    await expect.poll(() => mock.store.liveGrants().length).toBe(1);
    expect(await unknownGrants(browser, mock)).toBe(0);
  });
});
