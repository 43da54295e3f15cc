// A page of the extension in a tab, as the suite sees it: by what it says, by role and name, and by keys.
import type { Page } from 'puppeteer-core';
import { axeFaults } from './axe.ts';
import { hasControl, pressControl } from './controls.ts';
import {
  readFirstPaint,
  readHeight,
  readOverflow,
  readPopup,
  readText,
  storeAndWait,
  unfoldDetails,
} from './in-page.ts';
import { keyboard } from './keyboard.ts';
import type { OwnPage } from './types.ts';
import { eventually, PATIENCE } from './wait.ts';

/** `explain` says how things are when a wait was in vain. */
export function ownPage(
  page: Page,
  close: () => Promise<void>,
  explain = async () => `The page reads:\n${await page.evaluate(readText)}`,
): OwnPage {
  const text = () => page.evaluate(readText);
  /** CSS pixels. */
  let width: number | undefined;
  return {
    text,
    view: () => page.evaluate(readPopup),
    waitForText: async (words) => {
      await eventually(`"${words}" in the page`, async () => (await text()).includes(words), explain);
    },
    hasButton: (name) => hasControl(page, ['button'], name),
    press: (name) => pressControl(page, ['button'], name, explain),
    tick: (name) => pressControl(page, ['checkbox', 'switch'], name, explain),
    unfold: async (heading) => {
      await page.locator(`summary::-p-text(${heading})`).setTimeout(PATIENCE).click();
    },
    unfoldAll: () => page.evaluate(unfoldDetails),
    linkTo: (name) =>
      eventually(`the link "${name}"`, () => page.$eval(`a::-p-text(${name})`, (link) => link.href), explain),
    show: (items) => page.evaluate(storeAndWait, items),
    ...keyboard(page, explain),
    setWidth: async (newWidth, { scale = 1, height = 800 } = {}) => {
      width = newWidth;
      await page.setViewport({ width, height, deviceScaleFactor: scale });
    },
    painted: () => page.evaluate(readFirstPaint),
    overflow: () => page.evaluate(readOverflow),
    faults: (rules) => axeFaults(page, rules),
    screenshot: async (path) => {
      await page.screenshot({ path: path });
    },
    picture: async () => {
      if (width !== undefined) {
        // As high as its content: a toolbar popup is.
        await page.setViewport({ width, height: await page.evaluate(readHeight) });
      }
      return page.screenshot({ encoding: 'base64' });
    },
    close,
  };
}
