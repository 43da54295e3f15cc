// The background ends at each step of a sign-in, a refresh and a sign-out. Interruptions of the open window are in
// interruptions.e2e.test.ts.
import { expect } from 'vitest';
import { ADA } from './accounts.ts';
import { expireTokens, readRecord, unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { rename } from './mock-server.ts';
import { goOn, signInAs, startSignIn } from './steps.ts';

inBothBrowsers('the end of the background', (it) => {
  it('before the window came', async ({ browser, mock }) => {
    const held = mock.hold('discovery');
    const popup = await browser.openPopup();
    await popup.press('Sign in');
    await held.reached();
    await popup.waitForStatus('signingIn');
    await browser.killBackground();
    held.release();

    await goOn(browser, popup, (window) => window.submit(ADA));
    await expect.poll(() => browser.authWindows()).toBe(0);
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect(await unknownGrants(browser, mock)).toBe(0);
  });

  it('before the tokens arrived', async ({ browser, mock }) => {
    const held = mock.hold('exchange');
    const { popup, window } = await startSignIn(browser);
    await window.submit(ADA);
    await held.reached();
    await popup.waitForText('Almost there');
    await browser.killBackground();
    held.release();

    await goOn(browser, popup, (again) => again.press('Continue'));
    // One grant stays unknown: its response never reached the extension.
    expect(mock.store.liveGrants()).toHaveLength(2);
    expect(await unknownGrants(browser, mock)).toBe(1);
  });

  it('when the tokens had arrived, but not the profile', async ({ browser, mock }) => {
    const held = mock.hold('profile');
    const { popup, window } = await startSignIn(browser);
    await window.submit(ADA);
    await held.reached();
    expect(await unknownGrants(browser, mock)).toBe(0);
    await browser.killBackground();
    held.release();
    await popup.close();

    await goOn(browser, await browser.openPopup(), (again) => again.press('Continue'));
    await expect.poll(() => mock.store.liveGrants().length).toBe(1);
    expect(await unknownGrants(browser, mock)).toBe(0);
    await expect.poll(() => mock.store.liveAccessTokens().length).toBe(1);
  });

  it('after the sign-in, and during a refresh', async ({ browser, mock }) => {
    const first = await signInAs(browser, ADA);
    await browser.killBackground();
    await first.close();
    rename(mock, ADA.email, 'Countess of Lovelace');
    const second = await browser.openPopup();
    await second.waitForText('Countess of Lovelace');

    // Held before the tokens expire: the maintenance after the profile's fetch may see them at once.
    const held = mock.hold('refresh');
    await expireTokens(browser);
    await second.close();
    const third = await browser.openPopup();
    await held.reached();
    await browser.killBackground();
    held.release();
    await third.waitForStatus('signedIn');
    await third.close();

    rename(mock, ADA.email, 'Enchantress of Numbers');
    const last = await browser.openPopup();
    await last.waitForText('Enchantress of Numbers');
    expect((await last.view()).alert).toBeUndefined();
    expect(mock.store.liveGrants()).toHaveLength(1);
    expect(await unknownGrants(browser, mock)).toBe(0);
  });

  it('during a sign-out', async ({ browser, mock }) => {
    const popup = await signInAs(browser, ADA);
    mock.faults.set([{ where: 'destroy', what: { kind: 'silence' } }]);
    await popup.press('Sign out of this extension');
    await popup.waitForStatus('signedOut');
    await expect.poll(() => mock.faults.hits()).not.toEqual([0]);
    await browser.killBackground();
    await popup.close();
    mock.faults.clear();

    const reopened = await browser.openPopup();
    await reopened.waitForStatus('signedOut');
    await expect.poll(() => mock.store.liveGrants().length).toBe(0);
    await expect.poll(() => mock.store.liveAccessTokens().length).toBe(0);
    await expect.poll(async () => (await readRecord(browser))?.outbox).toEqual([]);
    await reopened.press('Sign in');
    await (await browser.authWindow()).press('Continue');
    await reopened.waitForStatus('signedIn');
  });
});
