// A companion that has news while no page is open, forgets, is away, or does not know the extension.
import { beforeAll, expect } from 'vitest';
import { ADA } from './accounts.ts';
import { readRecord } from './storage-probe.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { QUIET_PAGE } from './builds.ts';
import {
  CREATED,
  failures,
  readView,
  storedCompanionSessions,
  signInWithCompanion,
  SOON,
} from './companion-session.ts';
import { theDatabase } from './companion.ts';
import type { BrowserUnderTest } from '../../scripts/driver/index.ts';
import { accountOf } from './mock-server.ts';
import { signInAs } from './steps.ts';
import { withCompanion } from './with-companion.ts';
import { words } from './words.ts';

beforeAll(async () => {
  await theDatabase();
});

inBothBrowsers(
  'the companion',
  (base, name) => {
    const it = withCompanion(base);

    it('wakes the background: a new password is on the badge while nothing is open', async ({
      browser,
      mock,
      companion,
    }) => {
      const popup = await signInWithCompanion(browser);
      await browser.openPage(QUIET_PAGE);
      await popup.close();
      await browser.killBackground();
      expect(await browser.badge()).toBe('');
      mock.store.changePassword(accountOf(mock.store, ADA.email), 'incorrect donkey');
      await expect.poll(async () => (await readView(browser)).status, SOON).toBe('needsReauth');
      await expect.poll(() => browser.badge(), SOON).toBe('!');
      // Until the companion has told why, it is a grant that was revoked.
      await expect
        .poll(async () => (await readView(browser)).endReason?.reason, SOON)
        .toBe('password_changed');
      expect(companion.answered()).toContain('GET /v1/session 401');
    });

    it('may forget everything, and knows nothing of Disconnect', async ({ browser, mock, companion }) => {
      const popup = await signInWithCompanion(browser);
      const before = await popup.view();
      await companion.start();
      await expect.poll(() => companion.answered(), SOON).toContain(CREATED);
      expect(await popup.view()).toEqual(before);
      // The profile is fetched between the two answers: after Disconnect it would already tell.
      await expect.poll(() => companion.answered(), SOON).toContain('GET /v1/session 200');
      await expect.poll(() => companion.answered(), SOON).toContain('GET /v1/session 304');

      const page = await browser.visit(`${mock.origin}/settings`);
      await page.press('Disconnect');
      await expect.poll(() => mock.store.liveGrants().length).toBe(0);
      // No event reports it; the next profile fetch finds it out.
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
      expect(await storedCompanionSessions(browser)).toBe(0);
      await popup.press(words('signOut'));
      await popup.waitForStatus('signedOut');
      expect((await popup.view()).alert).toBeUndefined();
      await expect.poll(async () => (await readRecord(browser))?.outbox, SOON).toEqual([]);
    }

    it('is not missed while it is away', async ({ browser, mock, companion }) => {
      await companion.stop();
      await withoutIt(browser);
      expect(mock.store.liveGrants()).toHaveLength(0);
    });

    if (name === 'chromium') {
      it('is not missed where it does not know the extension', async ({ browser, mock, companion }) => {
        await companion.start({ extensionIds: ['a'.repeat(32)] });
        await withoutIt(browser);
        expect(new Set(companion.answered())).toEqual(new Set(['OPTIONS /v1/* 405']));
        expect(mock.store.liveGrants()).toHaveLength(0);
      });
    }
  },
  'companion',
);
