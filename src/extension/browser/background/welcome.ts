// Opens the welcome page once, at a first installation.
import { LOCAL } from '../../../session/state/storage-items.ts';
import { browser } from '../api.ts';

const WELCOME = '/src/extension/pages/welcome/index.html';

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
    if (!isWelcome(reason, await browser.storage.local.get([LOCAL.record, LOCAL.welcomed]))) return;
    // The record may be written only at the first sign-in.
    await browser.storage.local.set({ [LOCAL.welcomed]: true });
    await browser.tabs.create({ url: browser.runtime.getURL(WELCOME) });
  };
  browser.runtime.onInstalled.addListener(({ reason }) => void welcome(reason).catch(report));
}
