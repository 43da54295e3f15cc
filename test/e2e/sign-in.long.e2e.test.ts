// Pressing again while a sign-in window is open, and while it is on its way.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { TestMockServer } from './mock-server.ts';
import { startSignIn } from './steps.ts';
import { words } from './words.ts';

/** The `state` of each attempt that requested the sign-in page. Firefox's timing request (answer-probe.ts) has none. */
const statesOf = ({ asked }: TestMockServer): readonly string[] =>
  asked.flatMap((parameters) => parameters.get('state') ?? []);

inBothBrowsers('signing in', (it) => {
  it('is cancelled before its window has come, and the next try works', async ({ browser, mock }) => {
    mock.pageDelay = 2500;
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
    mock.pageDelay = 0;
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
    expect(await browser.authWindows()).toBe(0);
  });
});
