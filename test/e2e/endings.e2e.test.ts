// A session that was ended at Mozilla accounts: what the popup then says, and that one click goes on.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { withSettingsPage, openPopupAfterEnd } from './ended-elsewhere.ts';
import { unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { signInAs } from './steps.ts';
import { words } from './words.ts';

inBothBrowsers('a session that was ended elsewhere', (it) => {
  it('by disconnecting goes on with one click, with the address filled in', async ({ browser, mock }) => {
    const first = await signInAs(browser, ADA);
    await withSettingsPage(browser, mock, async (page) => {
      await page.press('Disconnect');
      await expect.poll(() => mock.store.liveGrants().length).toBe(0);
      // So that the address is asked for at all.
      await page.press('Sign out');
      await expect.poll(() => page.value('email')).toBe('');
    });
    await first.close();

    const popup = await openPopupAfterEnd(browser);
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
});
