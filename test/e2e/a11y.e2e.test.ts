// Every view of every page, looked at by axe-core, at the width of a small screen at twice its size, and before there is anything.
import { expect, it } from 'vitest';
import { UNANSWERED_POPUP } from '../bench/popup/bare.ts';
import type { BrowserUnderTest, OwnPage } from './driver/index.ts';
import { pause } from './driver/wait.ts';
import { inGallery } from './gallery/in-gallery.ts';
import { openShown, showIn } from './gallery/open.ts';
import { VIEWS } from './gallery/views.ts';

/** CSS pixels. */
const ORDINARY = 480;
/** At twice the size: what is left of a window of 640 pixels. */
const NARROW = { width: 320, scale: 2 };

/** The rules of axe-core that depend on colours and places; all others are the same in every scheme and direction. */
const OF_LOOKS = ['color-contrast', 'link-in-text-block', 'target-size'];

/** A machine that is busy with other things is no fault of the views. Milliseconds. */
const PATIENT = { timeout: 240_000 };

/** Each thing that `look` finds, and in which views. The popup takes them one after the other, as in life. */
async function findings(
  browser: BrowserUnderTest,
  look: (page: OwnPage) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const found = new Map<string, string[]>();
  let popup: OwnPage | undefined;
  for (const shown of VIEWS) {
    const isPopup = shown.page === 'popup';
    if (isPopup && popup) await showIn(popup, shown);
    const page: OwnPage = (isPopup ? popup : undefined) ?? (await openShown(browser, shown));
    if (isPopup) popup = page;
    await page.unfoldAll();
    for (const fault of await look(page)) found.set(fault, [...(found.get(fault) ?? []), shown.name]);
    if (!isPopup) await page.close();
  }
  await popup?.close();
  return [...found].map(([fault, names]) => `${fault} (${names.join(', ')})`);
}

async function tooWide(page: OwnPage): Promise<readonly string[]> {
  await page.setWidth(NARROW.width, { scale: NARROW.scale });
  return page.overflow();
}

inGallery('every view', (browser) => {
  it('is without a fault that axe-core finds, and no wider than a narrow window', PATIENT, async () => {
    await browser().setScheme('light');
    const look = async (page: OwnPage) => {
      await page.setWidth(ORDINARY);
      return [...(await page.faults()), ...(await tooWide(page))];
    };
    expect(await findings(browser(), look)).toEqual([]);
  });

  it('of the popup paints nothing before storage has answered', async () => {
    const page = await browser().openPage(UNANSWERED_POPUP);
    await pause(500);
    expect(await page.painted()).toBeUndefined();
    expect((await page.text()).trim()).toBe('');
    await page.close();
  });
});

inGallery(
  'every view, in the dark and from right to left,',
  (browser) => {
    it('has contrast, is large enough to press, and no wider than a narrow window', PATIENT, async () => {
      await browser().setScheme('dark');
      const look = async (page: OwnPage) => [...(await tooWide(page)), ...(await page.faults(OF_LOOKS))];
      expect(await findings(browser(), look)).toEqual([]);
    });
  },
  'rtl',
);
