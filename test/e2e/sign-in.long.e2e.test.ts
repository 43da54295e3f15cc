// Signing up, a wrong password, a closed window; and pressing again while the window is open or on its way.
import { expect } from 'vitest';
import { ADA, NEWCOMER } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { TestMockServer } from './mock-server.ts';
import { startSignIn } from './steps.ts';
import { words } from './words.ts';

/** The `state` of each attempt that requested the sign-in page. Firefox's timing request (answer-probe.ts) has none. */
const statesOf = ({ asked }: TestMockServer): readonly string[] =>
  asked.flatMap((parameters) => parameters.get('state') ?? []);

inBothBrowsers('signing in', (it) => {
  it('is cancelled when the window is closed', async ({ browser, mock }) => {
    const { popup } = await startSignIn(browser);
    await browser.closeAuthWindow();

    await popup.waitForStatus('signedOut');
    await popup.waitForAlert('cancelled');
    expect(await popup.hasButton('Sign in')).toBe(true);
    expect(mock.store.liveGrants()).toHaveLength(0);
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

  it('signs up', async ({ browser, mock }) => {
    const { popup, window } = await startSignIn(browser);
    await window.press('Create an account');
    await window.submit(NEWCOMER, 'Create account');
    // The mock server sends no mail: its page shows the code.
    await expect.poll(() => mock.store.accounts.byEmail(NEWCOMER.email)).toBeDefined();
    await window.fill('code', mock.store.accounts.byEmail(NEWCOMER.email)?.confirmationCode ?? '');
    await window.press('Confirm');

    await popup.waitForStatus('signedIn');
    await popup.waitForText(NEWCOMER.email);
    expect(mock.store.liveGrants({ email: NEWCOMER.email })).toHaveLength(1);
  });

  it('is cancelled before its window has come, and the next try works', async ({ browser, mock }) => {
    const held = mock.hold('authorization', 'before');
    const popup = await browser.openPopup();
    await popup.press('Sign in');
    await popup.press('Show the window');
    await popup.waitForText(words('noWindow'));
    await expect.poll(() => statesOf(mock).length).toBeGreaterThan(0);
    const [cancelled] = statesOf(mock);
    await popup.press('Cancel');
    await popup.waitForAlert('cancelled');

    await popup.press('Sign in');
    await popup.waitForStatus('signingIn');
    held.release();
    // The window of the cancelled attempt may come late, to be closed at once: only the other is signed in in.
    const current = () => statesOf(mock).find((state) => state !== cancelled);
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
    await expect.poll(() => browser.authWindows()).toBe(0);
  });
});
