// What the companion brings into the browser without a click, and takes from it.
import { beforeAll, expect } from 'vitest';
import { ADA } from './accounts.ts';
import { readRecord, unknownGrants } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { sessionsCreated, readView, signInWithCompanion, SOON } from './companion-session.ts';
import { theDatabase } from './companion.ts';
import { accountOf, rename } from './mock-server.ts';
import { withCompanion } from './with-companion.ts';
import { words } from './words.ts';

beforeAll(async () => {
  await theDatabase();
});

inBothBrowsers(
  'the companion',
  (base) => {
    const it = withCompanion(base);

    it('has the open popup show a new name, and closes and opens metrics', async ({
      browser,
      mock,
      companion,
    }) => {
      const popup = await signInWithCompanion(browser);
      rename(mock, ADA.email, 'Countess of Lovelace');
      await popup.waitForText('Countess of Lovelace');

      const account = accountOf(mock.store, ADA.email);
      const metricsEnabled = async () => (await readView(browser)).account?.metricsEnabled;
      expect(await metricsEnabled()).toBe(true);
      for (const allowed of [false, true]) {
        mock.store.setMetricsEnabled(account, allowed);
        await expect.poll(metricsEnabled, SOON).toBe(allowed);
      }
      expect((await popup.view()).alert).toBeUndefined();
      expect(sessionsCreated(companion)).toBe(1);
    });

    it('tells of a new password, and one click goes on; and of a deleted account, of which nothing stays', async ({
      browser,
      mock,
      companion,
    }) => {
      const popup = await signInWithCompanion(browser);
      const account = accountOf(mock.store, ADA.email);
      mock.store.changePassword(account, 'incorrect donkey');
      await popup.waitForStatus('needsReauth');
      // Until the companion has told why, it is a grant that was revoked.
      await expect
        .poll(() => popup.waitForAlert('reauth_required'), SOON)
        .toContain(words('reason_password_changed'));
      await popup.waitForText(ADA.name);

      await popup.press(words('signIn'));
      const window = await browser.authWindow();
      expect(await window.value('email')).toBe(ADA.email);
      await window.fill('password', 'incorrect donkey');
      await window.press('Sign in');
      await popup.waitForStatus('signedIn');
      await expect.poll(() => sessionsCreated(companion), SOON).toBe(2);
      expect(await unknownGrants(browser, mock)).toBe(0);

      mock.store.deleteAccount(account.uid);
      await popup.waitForStatus('signedOut');
      expect(await popup.waitForAlert('signed_out')).toContain(words('reason_account_deleted'));
      // The record goes first, and with it what the popup shows; the account's counts follow.
      const left = async () => {
        const stored = [await browser.readStorage('local'), await browser.readStorage('session')];
        return [ADA.email, ADA.name, account.uid].filter((known) => JSON.stringify(stored).includes(known));
      };
      await expect.poll(left, SOON).toEqual([]);
    });

    it('is given the grant at sign-out, and destroys it when the browser is gone', async ({
      browser,
      mock,
      companion,
    }) => {
      const popup = await signInWithCompanion(browser);
      // Wait until the token that created the session is destroyed: the handover would wait for it.
      await expect.poll(() => mock.store.liveAccessTokens().length, SOON).toBe(1);
      const held = mock.hold('destroy', 'before');
      await popup.press(words('signOut'));
      await popup.waitForStatus('signedOut');
      await expect.poll(async () => (await readRecord(browser))?.outbox, SOON).toEqual([]);
      expect(companion.answered()).toContain('POST /v1/session/end 202');
      await browser.close();
      expect(mock.store.liveGrants()).toHaveLength(1);
      held.release();
      await expect.poll(() => mock.store.liveGrants().length, SOON).toBe(0);
    });
  },
  'companion',
);
