// How sessions end that nobody here signed out of: what the popup then says, and that one click goes on.
import { expect } from 'vitest';
import { ADA, LIN } from './accounts.ts';
import { expireTokens, readRecord, unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { AuthPage, BrowserUnderTest, PopupPage } from '../../scripts/driver/index.ts';
import { accountOf, type TestMockServer } from './mock-server.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

/** What somebody does in their settings at Mozilla accounts, where they are still signed in. */
async function inSettings(
  browser: BrowserUnderTest,
  mock: TestMockServer,
  work: (page: AuthPage) => Promise<void>,
) {
  const page = await browser.visit(`${mock.origin}/settings`);
  await work(page);
  await page.close();
}

/** Opens a popup that has to ask Mozilla accounts, and learns there that the grant is gone. */
async function learnOfTheEnd(browser: BrowserUnderTest): Promise<PopupPage> {
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

inBothBrowsers('a session that was ended elsewhere', (it) => {
  it('by disconnecting goes on with one click, with the address filled in', async ({ browser, mock }) => {
    const first = await signInAs(browser, ADA);
    await inSettings(browser, mock, async (page) => {
      await page.press('Disconnect');
      await expect.poll(() => mock.store.liveGrants().length).toBe(0);
      // So that the address is asked for at all.
      await page.press('Sign out');
      await expect.poll(() => page.value('email')).toBe('');
    });
    await first.close();

    const popup = await learnOfTheEnd(browser);
    await popup.press(words('signIn'));
    const window = await browser.authWindow();
    expect(await window.value('email')).toBe(ADA.email);
    await window.fill('password', ADA.password);
    await window.press('Sign in');
    await popup.waitForStatus('signedIn');
    expect((await popup.view()).text).not.toContain(words('replacedOther'));
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect(await unknownGrants(browser, mock)).toBe(0);
  });

  it('by a new password keeps its data, until another account takes its place', async ({ browser, mock }) => {
    const first = await signInAs(browser, ADA);
    await inSettings(browser, mock, async (page) => {
      await page.fill('password', ADA.password);
      await page.fill('new_password', 'incorrect donkey');
      await page.press('Change password');
      await expect.poll(() => accountOf(mock.store, ADA.email).password).toBe('incorrect donkey');
    });
    expect(mock.store.liveGrants()).toHaveLength(0);
    await first.close();

    const popup = await learnOfTheEnd(browser);
    expect(JSON.stringify(await readRecord(browser))).toContain(ADA.email);
    await popup.press(words('useAnotherAccount'));
    const window = await browser.authWindow();
    expect(mock.asked.at(-1)?.get('prompt')).toBe('login');
    await window.submit(LIN);
    await popup.waitForStatus('signedIn');
    await popup.waitForText(LIN.email);
    await popup.waitForText(words('replacedOther'));
    const stored = JSON.stringify([await browser.readStorage('local'), await browser.readStorage('session')]);
    expect(stored).toContain(LIN.email);
    expect(stored).not.toContain(ADA.email);
    expect(stored).not.toContain(ADA.name);
    expect(mock.store.liveGrants()).toHaveLength(1);
  });
});
