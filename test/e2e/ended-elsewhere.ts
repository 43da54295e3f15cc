// Ends a session at Mozilla accounts, and has the extension find out.
import { expect } from 'vitest';
import type { AuthPage, BrowserUnderTest, PopupPage } from '../../scripts/driver/index.ts';
import { ADA } from './accounts.ts';
import type { TestMockServer } from './mock-server.ts';
import { expireTokens } from './storage-probe.ts';
import { words } from './words.ts';

/** Does something in the account's settings at Mozilla accounts, where the user is still signed in. */
export async function withSettingsPage(
  browser: BrowserUnderTest,
  mock: TestMockServer,
  work: (page: AuthPage) => Promise<void>,
) {
  const page = await browser.visit(`${mock.origin}/settings`);
  await work(page);
  await page.close();
}

/** Opens a popup that has to ask Mozilla accounts, and learns there that the grant is gone. */
export async function openPopupAfterEnd(browser: BrowserUnderTest): Promise<PopupPage> {
  const before = Date.now();
  await expireTokens(browser);
  const popup = await browser.openPopup();
  await popup.waitForStatus('needsReauth');
  expect(await popup.waitForAlert('reauth_required')).toContain(words('reason_grant_revoked'));
  const at = Date.parse((await popup.view()).alert?.at ?? '');
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
  await popup.waitForText(ADA.name);
  return popup;
}
