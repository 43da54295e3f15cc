// From the first page to the last without a mouse, and never lost on the way.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { PopupPage } from '../../scripts/driver/index.ts';
import { words } from './words.ts';

/** By Tab alone; the focus must be visible. */
async function reach(page: PopupPage, role: string, name: string): Promise<void> {
  await page.tabTo(role, name);
  expect(await page.focus()).toMatchObject({ visible: true });
}

/** The pressed button may be gone; focus must not go back to the top of the page. */
async function expectToBeSomewhere(page: PopupPage): Promise<void> {
  await expect.poll(() => page.focus()).toBeDefined();
}

inBothBrowsers('with the keyboard alone', (it) => {
  it('a person cancels, signs in, changes their name, and signs out', async ({ browser, mock }) => {
    const popup = await browser.openPopup();
    await reach(popup, 'button', words('signIn'));
    await popup.key('Enter');
    await browser.authWindow();
    await popup.waitForText(words('phase_window'));
    await expectToBeSomewhere(popup);
    await reach(popup, 'button', words('cancel'));
    await popup.key(' ');
    await popup.waitForAlert('cancelled');
    await expectToBeSomewhere(popup);
    await expect.poll(() => browser.authWindows()).toBe(0);

    await reach(popup, 'textbox', words('addressLabel'));
    await popup.type(ADA.email);
    await popup.key('Enter');
    const window = await browser.authWindow();
    await expect.poll(() => window.value('email')).toBe(ADA.email);
    // With the address in place, the page is ready for the password.
    await expect.poll(async () => (await window.focus())?.text).toBe('Password');
    await window.type(ADA.password);
    await window.key('Enter');
    await popup.waitForStatus('signedIn');
    await popup.waitForText(ADA.name);
    await expectToBeSomewhere(popup);

    await reach(popup, 'button', words('editName'));
    await popup.key('Enter');
    await expect.poll(async () => (await popup.focus())?.text).toBe(words('nameLabel'));
    expect(await popup.faults()).toEqual([]);
    await popup.type('Another name');
    await popup.key('Escape');
    await expect.poll(async () => (await popup.focus())?.text).toBe(words('editName'));
    await popup.waitForText(ADA.name);

    await popup.key('Enter');
    await expect.poll(async () => (await popup.focus())?.text).toBe(words('nameLabel'));
    await popup.type('Countess of Lovelace');
    await popup.key('Enter');
    await popup.waitForText('Countess of Lovelace');
    await expect.poll(async () => (await popup.focus())?.text).toBe(words('editName'));
    expect(mock.store.accounts.byEmail(ADA.email)?.displayName).toBe('Countess of Lovelace');

    for (let stops = 0; (await popup.focus())?.element !== 'summary'; stops += 1) {
      expect(stops).toBeLessThan(20);
      await popup.key('Tab');
    }
    await popup.key('Enter');
    await reach(popup, 'button', words('signOutAndAsk'));
    await popup.key('Enter');
    await popup.waitForStatus('signedOut');
    await expectToBeSomewhere(popup);
    await expect.poll(() => mock.store.liveGrants().length).toBe(0);
  });
});
