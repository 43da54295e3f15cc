// What the companion brings into the browser without a click, and that nobody misses it who has none.
import { beforeAll, expect } from 'vitest';
import type { View } from '../../src/session/view.ts';
import { ADA } from './accounts.ts';
import { readRecord, unknownGrants } from './books.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { QUIET_PAGE } from './builds.ts';
import { theDatabase, type TestCompanion } from './companion.ts';
import type { BrowserUnderTest, PopupPage } from './driver/index.ts';
import { PATIENCE } from './driver/wait.ts';
import { accountOf, rename } from './standin.ts';
import { signInAs } from './steps.ts';
import { withCompanion } from './with-companion.ts';
import { words } from './words.ts';

/** Time for the alarm to ring, and for what follows. */
const SOON = { timeout: PATIENCE };
const BOUGHT = 'POST /v1/sessions 201';

const bought = (companion: TestCompanion): number =>
  companion.answered().filter((answer) => answer === BOUGHT).length;

async function readView(browser: BrowserUnderTest): Promise<View> {
  return (await browser.readStorage('local')).view as View;
}

/** How many companion sessions the extension holds. */
async function seats(browser: BrowserUnderTest): Promise<number> {
  return Object.keys((await browser.readStorage('local')).companion ?? {}).length;
}

/** How often in a row the companion was asked in vain. */
async function failures(browser: BrowserUnderTest): Promise<number> {
  const { companionAsked } = await browser.readStorage('session');
  return (companionAsked as { failures: number } | undefined)?.failures ?? 0;
}

/** From then on the companion knows whom to tell. */
async function signedInWithSeat(browser: BrowserUnderTest): Promise<PopupPage> {
  const popup = await signInAs(browser, ADA);
  await expect.poll(() => seats(browser), SOON).toBe(1);
  return popup;
}

beforeAll(async () => {
  await theDatabase();
});

inBothBrowsers(
  'the companion',
  (base, name) => {
    const it = withCompanion(base);

    it('has the open popup show a new name, and closes and opens metrics', async ({
      browser,
      standin,
      companion,
    }) => {
      const popup = await signedInWithSeat(browser);
      rename(standin, ADA.email, 'Countess of Lovelace');
      await popup.waitForText('Countess of Lovelace');

      const account = accountOf(standin.store, ADA.email);
      const metricsEnabled = async () => (await readView(browser)).account?.metricsEnabled;
      expect(await metricsEnabled()).toBe(true);
      for (const allowed of [false, true]) {
        standin.store.setMetricsEnabled(account, allowed);
        await expect.poll(metricsEnabled, SOON).toBe(allowed);
      }
      expect((await popup.view()).alert).toBeUndefined();
      expect(bought(companion)).toBe(1);
    });

    it('tells of a new password, and one click goes on; and of a deleted account, of which nothing stays', async ({
      browser,
      standin,
      companion,
    }) => {
      const popup = await signedInWithSeat(browser);
      const account = accountOf(standin.store, ADA.email);
      standin.store.changePassword(account, 'incorrect donkey');
      await popup.waitForStatus('needsReauth');
      expect(await popup.waitForAlert('reauth_required')).toContain(words('reason_password_changed'));
      await popup.waitForText(ADA.name);

      await popup.press(words('signIn'));
      const window = await browser.authWindow();
      expect(await window.value('email')).toBe(ADA.email);
      await window.fill('password', 'incorrect donkey');
      await window.press('Sign in');
      await popup.waitForStatus('signedIn');
      await expect.poll(() => bought(companion), SOON).toBe(2);
      expect(await unknownGrants(browser, standin)).toBe(0);

      standin.store.deleteAccount(account.uid);
      await popup.waitForStatus('signedOut');
      expect(await popup.waitForAlert('signed_out')).toContain(words('reason_account_deleted'));
      const stored = JSON.stringify([
        await browser.readStorage('local'),
        await browser.readStorage('session'),
      ]);
      for (const known of [ADA.email, ADA.name, account.uid]) expect(stored).not.toContain(known);
    });

    it('wakes the background: a new password is on the badge while nothing is open', async ({
      browser,
      standin,
      companion,
    }) => {
      const popup = await signedInWithSeat(browser);
      await browser.openPage(QUIET_PAGE);
      await popup.close();
      await browser.killBackground();
      expect(await browser.badge()).toBe('');
      standin.store.changePassword(accountOf(standin.store, ADA.email), 'incorrect donkey');
      await expect.poll(async () => (await readView(browser)).status, SOON).toBe('needsReauth');
      await expect.poll(() => browser.badge(), SOON).toBe('!');
      expect((await readView(browser)).ended?.reason).toBe('password_changed');
      expect(companion.answered()).toContain('GET /v1/session 401');
    });

    it('is given the grant at sign-out, and destroys it when the browser is gone', async ({
      browser,
      standin,
      companion,
    }) => {
      const popup = await signedInWithSeat(browser);
      // The token that bought the session is to be gone, or its end would be held, and the hand-over would wait for it.
      await expect.poll(() => standin.store.liveAccessTokens().length, SOON).toBe(1);
      const held = standin.hold('destroy', 'before');
      await popup.press(words('signOut'));
      await popup.waitForStatus('signedOut');
      await expect.poll(async () => (await readRecord(browser))?.outbox, SOON).toEqual([]);
      expect(companion.answered()).toContain('POST /v1/session/end 202');
      await browser.close();
      expect(standin.store.liveGrants()).toHaveLength(1);
      held.release();
      await expect.poll(() => standin.store.liveGrants().length, SOON).toBe(0);
    });

    it('may forget everything, and knows nothing of Disconnect', async ({ browser, standin, companion }) => {
      const popup = await signedInWithSeat(browser);
      const before = await popup.view();
      await companion.start();
      await expect.poll(() => companion.answered(), SOON).toContain(BOUGHT);
      expect(await popup.view()).toEqual(before);
      await expect.poll(() => companion.answered(), SOON).toContain('GET /v1/session 200');

      const page = await browser.visit(`${standin.origin}/settings`);
      await page.press('Disconnect');
      await expect.poll(() => standin.store.liveGrants().length).toBe(0);
      // Nobody tells of it. The next look at the profile finds it out.
      const { length } = companion.answered();
      await expect.poll(() => companion.answered().slice(length), SOON).toContain('GET /v1/session 304');
      expect((await popup.view()).status).toBe('signedIn');
      const reopened = await browser.openPopup();
      await reopened.waitForStatus('needsReauth');
      expect(await reopened.waitForAlert('reauth_required')).toContain(words('reason_grant_revoked'));
    });

    /** Signs in, uses it and signs out, where the companion is asked in vain. */
    async function withoutIt(browser: BrowserUnderTest): Promise<void> {
      const popup = await signInAs(browser, ADA);
      await expect.poll(() => failures(browser), SOON).toBeGreaterThan(1);
      expect((await popup.view()).alert).toBeUndefined();
      expect(await seats(browser)).toBe(0);
      await popup.press(words('signOut'));
      await popup.waitForStatus('signedOut');
      expect((await popup.view()).alert).toBeUndefined();
      await expect.poll(async () => (await readRecord(browser))?.outbox, SOON).toEqual([]);
    }

    it('is not missed while it is away', async ({ browser, standin, companion }) => {
      await companion.stop();
      await withoutIt(browser);
      expect(standin.store.liveGrants()).toHaveLength(0);
    });

    if (name === 'chromium') {
      it('is not missed where it does not know the extension', async ({ browser, standin, companion }) => {
        await companion.start({ extensionIds: ['a'.repeat(32)] });
        await withoutIt(browser);
        expect(new Set(companion.answered())).toEqual(new Set(['OPTIONS /v1/* 405']));
        expect(standin.store.liveGrants()).toHaveLength(0);
      });
    }
  },
  'companion',
);
