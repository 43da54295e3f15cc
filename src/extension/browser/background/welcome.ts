// Opens the welcome page once, at a first installation.
import { browser } from '../api.ts';

const WELCOME = '/src/extension/pages/welcome/index.html';

/** Set in `storage.local` once the page was opened, since the record may be written only at the first sign-in. */
const WELCOMED = 'welcomed';

/** Whether to welcome: browsers also report reinstallations as "install", which stored data reveals. Pure. */
export function isWelcome(
  installed: string,
  { record, welcomed }: Readonly<Record<string, unknown>>,
): boolean {
  return installed === 'install' && record === undefined && welcomed === undefined;
}

/** Call it synchronously when the background starts. */
export function welcomeOnce(report: (error: unknown) => void): void {
  const welcome = async (reason: string) => {
    if (!isWelcome(reason, await browser.storage.local.get(['record', WELCOMED]))) return;
    await browser.storage.local.set({ [WELCOMED]: true });
    await browser.tabs.create({ url: browser.runtime.getURL(WELCOME) });
  };
  browser.runtime.onInstalled.addListener(({ reason }) => void welcome(reason).catch(report));
}
