// Has a page show a view of the gallery.

import { MEMORY } from '../../../src/session/state/storage-items.ts';
import type { BrowserUnderTest, OwnPage } from '../../../scripts/driver/index.ts';
import { eventually } from '../../../scripts/driver/wait.ts';
import { pagePath } from '../../../scripts/build/pages.ts';
import { storedNow, type Shown } from './shown.ts';

/** Opens the page with this view, which it shows as far as anybody can tell when this resolves. */
export async function openShown(browser: BrowserUnderTest, shown: Shown): Promise<OwnPage> {
  // Written before the page opens: some read it but once.
  await browser.writeStorage('local', storedNow(shown));
  await browser.writeStorage('session', { [MEMORY.tokenLimits]: {}, ...shown.session });
  const page = await browser.openPage(pagePath(shown.page));
  await showIn(page, shown);
  return page;
}

/** The same in a page that is open. */
export async function showIn(page: OwnPage, shown: Shown): Promise<void> {
  await page.show(storedNow(shown));
  if (shown.page === 'doctor') {
    await eventually('the doctor to be done', async () => (await page.view()).status === 'done');
  }
  if (shown.page === 'popup') await check(page, shown);
  if (shown.unfolded) await page.unfoldAll();
}

/** @throws Error naming the view that is not shown as it was given. */
async function check(page: OwnPage, { name, stored: { view } }: Shown): Promise<void> {
  const { problem, endReason } = view;
  // People aren't told what they have just done themselves.
  const expected = endReason?.reason === 'by_user' ? undefined : (problem ?? endReason)?.code;
  await eventually(
    `the popup to be ${view.status} and to tell of ${String(expected)} (${name})`,
    async () => {
      const { status, alert } = await page.view();
      return status === view.status && alert?.code === expected;
    },
  );
}
