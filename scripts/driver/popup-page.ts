// The popup's page, as the suite sees it.
import type { Page } from 'puppeteer-core';
import { readPopup } from './in-page.ts';
import { ownPage } from './own-page.ts';
import type { PopupPage } from './types.ts';
import { eventually } from './wait.ts';

export function popupPage(page: Page, close: () => Promise<void>): PopupPage {
  const view = () => page.evaluate(readPopup);
  const explain = async () => {
    const { status, text, alert } = await view();
    const problem = alert === undefined ? 'no problem' : `the problem ${String(alert.code)}`;
    return `The popup is ${String(status)}, shows ${problem} and reads:\n${text}`;
  };
  return {
    ...ownPage(page, close, explain),
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
  };
}
