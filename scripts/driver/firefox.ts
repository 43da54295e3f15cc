// Firefox, driven over WebDriver BiDi.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { packExtension } from '../build/pack.ts';
import { closeAll, readManifest, type Engine } from './engine.ts';
import {
  addresses,
  asFirefox,
  closeContext,
  contextOf,
  installForGood,
  openTab,
  uninstall,
} from './firefox-bidi.ts';
import { EXTENSION_PAGES, launchFirefox, localStorageOf } from './firefox-launch.ts';
import * as scripts from './firefox-scripts.ts';
import { newFolder, removeFolder } from './folders.ts';
import { openToolbarPopup } from './in-page.ts';
import { saveWhenStill } from './picture.ts';
import type { LaunchOptions } from './types.ts';
import { eventually } from './wait.ts';

export async function startFirefox(options: LaunchOptions): Promise<Engine> {
  const { scale = 1, firefoxProfile, alwaysPrivate, profileIn } = options;
  const id = (await readManifest(options.extensionDir)).browser_specific_settings?.gecko.id ?? '';
  const profile = await newFolder('firefox', profileIn);
  if (firefoxProfile !== undefined) await cp(firefoxProfile, profile, { recursive: true });
  const start = () => launchFirefox(profile, id, options);
  let browser = await start();

  /** The archives there are, by the folder they were made of. */
  const packed = new Map<string, Promise<string>>();
  const pack = (folder: string): Promise<string> => {
    const made = packed.get(folder) ?? packExtension(folder, join(profile, `extension-${packed.size}.xpi`));
    packed.set(folder, made);
    return made;
  };

  const firstTab = async (): Promise<Page> => {
    const [first] = await browser.pages();
    if (first === undefined) throw new Error('Firefox has no tab left.');
    return first;
  };
  const open = async (url: string) => openTab(browser, await firstTab(), url);

  return {
    version: () => browser.version(),
    install: async (folder) => installForGood(browser, await pack(folder), alwaysPrivate),
    clear: async () => {
      await uninstall(browser, id);
      const first = contextOf(await firstTab());
      await closeAll(
        async () => [...(await addresses(browser)).keys()].filter((context) => context !== first),
        (context) => closeContext(browser, context),
      );
      await asFirefox(browser, scripts.forgetSites);
    },
    openExtensionPage: async (path) => {
      // An extension that starts anew has no pages for a moment.
      await eventually(
        'the extension to run',
        async () => (await asFirefox(browser, scripts.isActive(id))) === 'true',
      );
      return open(EXTENSION_PAGES + path);
    },
    openWebPage: open,
    allPages: async () => {
      // puppeteer goes on to list some pages that closed by themselves.
      const [pages, open] = await Promise.all([browser.pages(), addresses(browser)]);
      return pages.filter((page) => open.has(contextOf(page)));
    },
    addresses: async () => [...(await addresses(browser)).values()],
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
    close: async () => {
      await browser.close();
      await removeFolder(profile);
    },
  };
}
