// Firefox, driven over WebDriver BiDi.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { packExtension } from '../../../scripts/pack.ts';
import { readManifest, type Engine } from './engine.ts';
import { addresses, asFirefox, contextOf, installForGood, openTab } from './firefox-bidi.ts';
import { EXTENSION_PAGES, launchFirefox, localStorageOf } from './firefox-launch.ts';
import * as scripts from './firefox-scripts.ts';
import { newFolder, removeFolder } from './folders.ts';
import { openToolbarPopup } from './in-page.ts';
import { saveWhenStill } from './picture.ts';
import type { LaunchOptions } from './types.ts';
import { eventually } from './wait.ts';

export async function startFirefox(options: LaunchOptions): Promise<Engine> {
  const { extensionDir, scale = 1, firefoxProfile, alwaysPrivate, profileIn } = options;
  const id = (await readManifest(extensionDir)).browser_specific_settings?.gecko.id ?? '';
  const profile = await newFolder('firefox', profileIn);
  if (firefoxProfile !== undefined) await cp(firefoxProfile, profile, { recursive: true });
  const start = () => launchFirefox(profile, id, options);
  let browser = await start();

  const close = async () => {
    await browser.close();
    await removeFolder(profile);
  };
  try {
    const xpi = await packExtension(extensionDir, join(profile, 'extension.xpi'));
    await installForGood(browser, xpi, alwaysPrivate);
  } catch (error) {
    await close();
    throw error;
  }

  const open = async (url: string) => {
    const [firstTab] = await browser.pages();
    if (firstTab === undefined) throw new Error('Firefox has no tab left.');
    return openTab(browser, firstTab, url);
  };

  return {
    version: () => browser.version(),
    openExtensionPage: (path) => open(EXTENSION_PAGES + path),
    openWebPage: open,
    allPages: () => browser.pages(),
    shows: async (path) => [...(await addresses(browser)).values()].includes(EXTENSION_PAGES + path),
    webPages: async () => {
      const [pages, urls] = await Promise.all([browser.pages(), addresses(browser)]);
      return pages.filter((page) => urls.get(contextOf(page))?.startsWith('http'));
    },
    killBackground: async () => {
      await eventually(
        'the event page to end',
        async () => (await asFirefox(browser, scripts.endBackground(id))) === 'stopped',
      );
    },
    backgroundRuns: async () => (await asFirefox(browser, scripts.backgroundState(id))) === 'running',
    captureToolbarPopup: async (opener, path) => {
      await opener.evaluate(openToolbarPopup);
      await eventually('the toolbar popup', async () =>
        (await asFirefox(browser, scripts.toolbarPopupAddress)).startsWith(EXTENSION_PAGES),
      );
      await saveWhenStill(path, () => asFirefox(browser, scripts.toolbarPopupPicture(scale)));
      await asFirefox(browser, scripts.closeToolbarPopup);
    },
    setScheme: async (scheme) => {
      await asFirefox(browser, scripts.setScheme(scheme));
    },
    restart: async ({ losing } = {}) => {
      await browser.close();
      if (losing) await removeFolder(localStorageOf(profile));
      browser = await start();
    },
    close,
  };
}
