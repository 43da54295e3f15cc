// Before anybody has agreed not a single request is made for the sake of metrics; afterwards there are some, on the same
// occasions. network.long.e2e.test.ts takes the consents away one by one.
import { beforeAll, expect } from 'vitest';
import { inBothBrowsers } from './both-browsers.ts';
import { theDatabase } from './companion.ts';
import { choose, everyOccasion, expectNothing, flowIds, metricsOf, SOON, spied } from './network-spy.ts';
import { withCompanion } from './with-companion.ts';
import { words } from './words.ts';

beforeAll(async () => {
  await theDatabase();
});

inBothBrowsers(
  'requests for metrics',
  (base) => {
    const it = withCompanion(base);

    it('are not made before anybody has agreed, and are afterwards', async ({ browser, mock, companion }) => {
      const world = { browser, mock, companion };
      // Nobody has been asked anything: in Chromium the switch is off, in Firefox the consent is missing.
      await expect
        .poll(async () => (await metricsOf(browser)).closedBy, SOON)
        .toEqual([browser.name === 'firefox' ? 'browser' : 'switch']);
      await expectNothing(world);

      await choose(browser, true);
      await everyOccasion(world);
      await expect.poll(() => spied(world).counts, SOON).toBeGreaterThan(0);
      await expect.poll(() => spied(world).flows, SOON).toBeGreaterThan(0);
      expect(spied(world).mock).toBeGreaterThan(0);
      const popup = await browser.openPopup();
      await popup.press(words('signIn'));
      await browser.authWindow();
      expect(flowIds(world)).not.toContain(null);
    });
  },
  'companion',
);
