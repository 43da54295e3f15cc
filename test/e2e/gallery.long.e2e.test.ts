// Every view of every page, looked at by axe-core, at the width of a small screen at twice its size, and before there
// is anything.
import { expect } from 'vitest';
import { UNANSWERED_POPUP } from '../bench/popup/bare.ts';
import { inBothBrowsers } from './both-browsers.ts';
import type { OwnPage } from '../../scripts/driver/index.ts';
import { pause } from '../../scripts/driver/wait.ts';
import { findings, tooWide } from './gallery/look.ts';

/** CSS pixels. */
const ORDINARY = 480;

inBothBrowsers(
  'every view',
  (it) => {
    it('is without a fault that axe-core finds, and no wider than a narrow window', async ({ browser }) => {
      await browser.setScheme('light');
      const look = async (page: OwnPage) => {
        await page.setWidth(ORDINARY);
        return [...(await page.faults()), ...(await tooWide(page))];
      };
      expect(await findings(browser, look)).toEqual([]);
    });

    it('of the popup paints nothing before storage has answered', async ({ browser }) => {
      const page = await browser.openPage(UNANSWERED_POPUP);
      await pause(500);
      expect(await page.painted()).toBeUndefined();
      expect((await page.text()).trim()).toBe('');
      await page.close();
    });
  },
  'gallery',
);
