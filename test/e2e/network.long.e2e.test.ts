// With any one consent missing not a single request is made for the sake of metrics, signed in or out.
import { beforeAll, expect } from 'vitest';
import { ADA } from './accounts.ts';
import { inBothBrowsers } from './both-browsers.ts';
import { theDatabase } from './companion.ts';
import { choose, everyOccasion, expectNothing, flowIds, metricsOf, SOON, spied } from './network-spy.ts';
import { accountOf } from './mock-server.ts';
import { withCompanion } from './with-companion.ts';
import { words } from './words.ts';

beforeAll(async () => {
  await theDatabase();
});

inBothBrowsers(
  'requests for metrics',
  (base) => {
    const it = withCompanion(base);
    const objecting = it.extend<{ objects: boolean }>({ objects: true });

    it('are not made while one consent is missing, and are with all of them', async ({
      browser,
      mock,
      companion,
    }) => {
      const harness = { browser, mock, companion };
      const account = accountOf(mock.store, ADA.email);
      // Before any question is answered: in Chromium the switch is off, in Firefox the consent is missing.
      await expect
        .poll(async () => (await metricsOf(browser)).blockedBy, SOON)
        .toEqual([browser.name === 'firefox' ? 'browser' : 'switch']);
      await expectNothing(harness);

      if (browser.name === 'firefox') {
        await choose(browser, true);
        await choose(browser, false);
        expect((await metricsOf(browser)).blockedBy).toEqual(['switch']);
        await expectNothing(harness);
      }

      mock.store.setMetricsEnabled(account, false);
      await everyOccasion(harness);
      await choose(browser, true);
      // Signed out, the word of the last account here counts.
      expect((await metricsOf(browser)).blockedBy).toEqual(['account']);
      await expectNothing(harness);

      mock.store.setMetricsEnabled(account, true);
      await everyOccasion(harness);
      await expect.poll(() => spied(harness).counts, SOON).toBeGreaterThan(0);
      await expect.poll(() => spied(harness).flows, SOON).toBeGreaterThan(0);
      expect(spied(harness).mock).toBeGreaterThan(0);
      const popup = await browser.openPopup();
      await popup.press(words('signIn'));
      await browser.authWindow();
      expect(flowIds(harness)).not.toContain(null);
    });

    objecting(
      'are not made while the browser tells of an objection',
      async ({ browser, mock, companion }) => {
        await choose(browser, true);
        await expect.poll(async () => (await metricsOf(browser)).blockedBy, SOON).toEqual(['dnt_gpc']);
        await expectNothing({ browser, mock, companion });
      },
    );
  },
  'companion',
);
