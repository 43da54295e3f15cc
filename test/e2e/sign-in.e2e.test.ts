// Signing in and up, and the ways in which a person does not.
import { expect } from 'vitest';
import { ADA, NEWCOMER } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { TestStandin } from './standin.ts';
import { signInAs, startSignIn } from './steps.ts';
import { liveTokensIn } from './tokens.ts';

/** Which attempts the sign-in page was asked for, by their `state`. */
const statesOf = ({ asked }: TestStandin): readonly (string | null)[] =>
  asked.map((parameters) => parameters.get('state'));

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

  it('is cancelled before its window has come, and the next try works', async ({ browser, standin }) => {
    standin.pageDelay = 2500;
    const popup = await browser.openPopup();
    await popup.press('Sign in');
    await popup.press('Show the window');
    await popup.waitForText('still on its way');
    await expect.poll(() => standin.asked.length).toBeGreaterThan(0);
    const [cancelled] = statesOf(standin);
    await popup.press('Cancel');
    await popup.waitForAlert('cancelled');

    await popup.press('Sign in');
    await popup.waitForStatus('signingIn');
    standin.pageDelay = 0;
    // The window of the cancelled attempt may come late, to be closed at once: only the other is signed in in.
    const current = () => statesOf(standin).find((state) => state !== cancelled);
    await expect.poll(current).toBeDefined();
    const window = await browser.authWindow(`state=${current() ?? ''}`);
    await expect.poll(() => browser.authWindows()).toBe(1);
    await window.submit(ADA);
    await popup.waitForStatus('signedIn');
    await expect.poll(() => browser.authWindows()).toBe(0);
  });

  it('shows the window it has and never opens a second', async ({ browser }) => {
    const { popup, window } = await startSignIn(browser);
    for (let presses = 0; presses < 2; presses += 1) {
      await popup.press('Show the window');
      await expect.poll(() => browser.authWindowInFront()).toBe(true);
      expect(await browser.authWindows()).toBe(1);
    }

    await window.submit(ADA);
    await popup.waitForStatus('signedIn');
    expect(await browser.authWindows()).toBe(0);
  });
});
