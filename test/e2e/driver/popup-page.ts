// The popup's page, as the suite sees it.
import type { Page } from 'puppeteer-core';
import { hasControl, pressControl } from './controls.ts';
import { readPopup } from './in-page.ts';
import type { PopupPage } from './types.ts';
import { eventually, PATIENCE } from './wait.ts';

export function popupPage(page: Page, close: () => Promise<void>): PopupPage {
  const view = () => page.evaluate(readPopup);
  const explain = async () => {
    const { status, text, alert } = await view();
    const problem = alert === undefined ? 'no problem' : `the problem ${String(alert.code)}`;
    return `The popup is ${String(status)}, shows ${problem} and reads:\n${text}`;
  };
  return {
    view,
    waitForStatus: (status) =>
      eventually(
        `the popup to be ${status}`,
        async () => {
          const seen = await view();
          return seen.status === status && seen;
        },
        explain,
      ),
    waitForAlert: (code) =>
      eventually(
        `the problem ${code} in the popup`,
        async () => {
          const { alert } = await view();
          return alert?.code === code && alert.text;
        },
        explain,
      ),
    waitForText: async (words) => {
      await eventually(`"${words}" in the popup`, async () => (await view()).text.includes(words), explain);
    },
    hasButton: (name) => hasControl(page, ['button'], name),
    press: (name) => pressControl(page, ['button'], name, explain),
    tick: (name) => pressControl(page, ['checkbox'], name, explain),
    unfold: async (heading) => {
      await page.locator(`summary::-p-text(${heading})`).setTimeout(PATIENCE).click();
    },
    linkTo: (name) => page.$eval(`a::-p-text(${name})`, (link) => link.href),
    screenshot: async (path) => {
      await page.screenshot({ path: path });
    },
    close,
  };
}
