// The welcome page, once: at an installation that finds nothing of a former one.
import { browser } from '../api.ts';

const WELCOME = '/src/extension/pages/welcome/index.html';

/** In `storage.local` once the page has been opened: a record may be written only when somebody signs in. */
const WELCOMED = 'welcomed';

/** Browsers say "installed" of more than a first installation; what is stored says that somebody has been here. Pure. */
export function isWelcome(
  installed: string,
  { record, welcomed }: Readonly<Record<string, unknown>>,
): boolean {
  return installed === 'install' && record === undefined && welcomed === undefined;
}

/** To be called synchronously when the background starts. */
export function welcomeOnce(report: (error: unknown) => void): void {
  const welcome = async (reason: string) => {
    if (!isWelcome(reason, await browser.storage.local.get(['record', WELCOMED]))) return;
    await browser.storage.local.set({ [WELCOMED]: true });
    await browser.tabs.create({ url: browser.runtime.getURL(WELCOME) });
  };
  browser.runtime.onInstalled.addListener(({ reason }) => void welcome(reason).catch(report));
}
