// Looks at every view of every page, one after the other.
import type { BrowserUnderTest, OwnPage } from '../../../scripts/driver/index.ts';
import { openShown, showIn } from './open.ts';
import { VIEWS } from './views.ts';

/** At twice the size: what is left of a window of 640 pixels. */
const NARROW = { width: 320, scale: 2 };

/** Each thing that `look` finds, and in which views. The popup takes them one after the other, as in life. */
export async function findings(
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

export async function tooWide(page: OwnPage): Promise<readonly string[]> {
  await page.setWidth(NARROW.width, { scale: NARROW.scale });
  return page.overflow();
}
