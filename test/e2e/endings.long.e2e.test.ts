// A session that ends elsewhere, or with the browser: what the popup then says, and that one click goes on.
import { expect } from 'vitest';
import { ADA, LIN } from './accounts.ts';
import { withSettingsPage, openPopupAfterEnd } from './ended-elsewhere.ts';
import { accountOf } from './mock-server.ts';
import { signInAs } from './steps.ts';
import { readRecord, unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
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

  it('by a new password keeps its data, until another account takes its place', async ({ browser, mock }) => {
    const first = await signInAs(browser, ADA);
    await withSettingsPage(browser, mock, async (page) => {
      await page.fill('password', ADA.password);
      await page.fill('new_password', 'incorrect donkey');
      await page.press('Change password');
      await expect.poll(() => accountOf(mock.store, ADA.email).password).toBe('incorrect donkey');
    });
    expect(mock.store.liveGrants()).toHaveLength(0);
    await first.close();

    const popup = await openPopupAfterEnd(browser);
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

  it('by the browser, as was wished, leaves nothing behind', async ({ browser, mock }) => {
    const first = await browser.openPopup();
    await first.tick(words('sessionOnly'));
    await first.press(words('signIn'));
    await (await browser.authWindow()).submit(ADA);
    await first.waitForStatus('signedIn');
    await first.waitForText(ADA.name);
    expect(mock.store.liveGrants()).toHaveLength(1);
    const record = await readRecord(browser);
    expect(record?.session).toMatchObject({
      status: 'signedIn',
      grant: { scope: expect.any(String) as string },
    });
    expect(JSON.stringify(record)).not.toContain('sealed');
    // No key: there is nothing to seal.
    expect(await browser.databases()).toEqual(['grants']);

    await browser.restart();
    // The way it ended is told, and what is left of it at Mozilla accounts goes by itself.
    const popup = await browser.openPopup();
    await popup.waitForStatus('signedOut');
    expect(await popup.waitForAlert('signed_out')).toContain(words('reason_session_only'));
    await expect.poll(() => mock.store.liveGrants().length).toBe(0);
    expect(JSON.stringify(await browser.readStorage('local'))).not.toContain(ADA.email);
  });
});
