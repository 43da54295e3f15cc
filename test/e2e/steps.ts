// Steps that several cases begin or end with.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import type { AuthPage, BrowserUnderTest, PopupPage } from '../../scripts/driver/index.ts';
import { words } from './words.ts';

export const IN_A_TAB = words('signInInTab');

/** Opens the popup and presses *Sign in*; the sign-in window is then open. */
export async function startSignIn(
  browser: BrowserUnderTest,
): Promise<{ popup: PopupPage; window: AuthPage }> {
  const popup = await browser.openPopup();
  await popup.waitForStatus('signedOut');
  await popup.press('Sign in');
  const window = await browser.authWindow();
  await popup.waitForStatus('signingIn');
  return { popup, window };
}

/** Signs in from a new popup, which it returns. */
export async function signInAs(
  browser: BrowserUnderTest,
  account: { email: string; password: string },
): Promise<PopupPage> {
  const { popup, window } = await startSignIn(browser);
  await window.submit(account);
  await popup.waitForStatus('signedIn');
  await popup.waitForText(account.email);
  return popup;
}

/** What a user does about an interrupted sign-in. */
export async function goOn(
  browser: BrowserUnderTest,
  popup: PopupPage,
  finish: (window: AuthPage) => Promise<void>,
): Promise<void> {
  await popup.waitForAlert('interrupted');
  await popup.press('Continue');
  await finish(await browser.authWindow());
  await popup.waitForStatus('signedIn');
  await popup.waitForText(ADA.name);
}

/** The same in a tab. */
export async function startInTab(browser: BrowserUnderTest): Promise<{ popup: PopupPage; tab: AuthPage }> {
  const popup = await browser.openPopup();
  return { popup, tab: await moveToTab(browser, popup) };
}

/** Presses *Use a tab instead*; the background knows the tab then, and may end. */
export async function moveToTab(browser: BrowserUnderTest, popup: PopupPage): Promise<AuthPage> {
  await popup.press(IN_A_TAB);
  await popup.waitForText(words('phaseTab'));
  await expect.poll(async () => (await browser.readStorage('session')).tabAttempt).toHaveProperty('tabId');
  return browser.authWindow();
}
