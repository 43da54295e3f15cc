// Steps that several cases begin with.
import type { AuthPage, BrowserUnderTest, PopupPage } from './driver/index.ts';

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

/** Signs a person in from a fresh popup, which it returns. */
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
