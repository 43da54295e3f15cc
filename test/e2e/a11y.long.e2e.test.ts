// Every view of every page once more, in the dark and from right to left.
import { expect } from 'vitest';
import { inBothBrowsers } from './both-browsers.ts';
import type { OwnPage } from '../../scripts/driver/index.ts';
import { findings, tooWide } from './gallery/look.ts';

/** The rules of axe-core that depend on colours and places; all others are the same in every scheme and direction. */
const OF_LOOKS = ['color-contrast', 'link-in-text-block', 'target-size'];

inBothBrowsers(
  'every view, in the dark and from right to left,',
  (it) => {
    it('has contrast, is large enough to press, and no wider than a narrow window', async ({ browser }) => {
      await browser.setScheme('dark');
      const look = async (page: OwnPage) => [...(await tooWide(page)), ...(await page.faults(OF_LOOKS))];
      expect(await findings(browser, look)).toEqual([]);
    });
  },
  'rtl',
);
