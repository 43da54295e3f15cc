// The driver: one interface to drive the extension in real Firefox and in real Chromium, headless.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Page } from 'puppeteer-core';
import { authPage } from './auth-page.ts';
import { startChromium } from './chromium.ts';
import { closePage, readManifest } from './engine.ts';
import { startFirefox } from './firefox.ts';
import {
  alarmNames,
  badgeText,
  databaseNames,
  frontWindow,
  keepInPage,
  openPopupWindow,
  readAddress,
  readSealingKey,
  readStorageArea,
  ringAlarm,
  writeStorageArea,
} from './in-page.ts';
import { ownPage } from './own-page.ts';
import { popupPage } from './popup-page.ts';
import type { BrowserName, BrowserUnderTest, LaunchOptions } from './types.ts';
import { eventually, inTime, pause } from './wait.ts';

export type {
  AuthPage,
  BrowserName,
  BrowserUnderTest,
  LaunchOptions,
  OwnPage,
  PopupPage,
  PopupView,
  Scheme,
} from './types.ts';

/** The background opens it in every new profile. */
const WELCOME = 'src/extension/pages/welcome/index.html';

/** Where the pages are that answer; one that is just closing may never do so. */
const addressesOf = (pages: readonly Page[]): Promise<readonly (string | undefined)[]> =>
  Promise.all(pages.map((page) => inTime(page.evaluate(readAddress)).catch(() => undefined)));

export async function launchBrowser(name: BrowserName, options: LaunchOptions): Promise<BrowserUnderTest> {
  const engine = await (name === 'firefox' ? startFirefox(options) : startChromium(options));
  const popupPath = (await readManifest(options.extensionDir)).action.default_popup;
  const install: BrowserUnderTest['install'] = async ({ extensionDir, welcomes }) => {
    await engine.install(extensionDir);
    // It comes to the front, so it is to come before any page of ours; one behind another cannot be clicked in.
    if (welcomes !== false)
      await eventually('the welcome page', async () =>
        (await engine.addresses()).some((address) => address.endsWith(`/${WELCOME}`)),
      );
  };
  await install(options).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  let closing: Promise<void> | undefined;
  /** Pages with the extension's own rights. */
  const ownPages = new Set<Page>();

  const newPage = async (path = popupPath): Promise<Page> => {
    const page = await engine.openExtensionPage(path);
    ownPages.add(page);
    return page;
  };
  const closeOwn = (page: Page): Promise<void> => {
    ownPages.delete(page);
    return closePage(page);
  };
  const anyPage = async (): Promise<Page> => [...ownPages][0] ?? (await newPage());

  return {
    name,
    version: await engine.version(),
    openPopup: async () => {
      const page = await newPage();
      return popupPage(page, () => closeOwn(page));
    },
    openPage: async (path) => {
      const page = await newPage(path);
      return ownPage(page, () => closeOwn(page));
    },
    setScheme: (scheme) => engine.setScheme(scheme),
    captureToolbarPopup: async (path) => {
      await mkdir(dirname(path), { recursive: true });
      await engine.captureToolbarPopup(await anyPage(), path);
    },
    authWindow: async (part = '') => {
      const page = await eventually(
        `the sign-in window ${part}`.trim(),
        async () => {
          const pages = await engine.webPages();
          const addresses = await addressesOf(pages);
          return pages.find((_page, index) => addresses[index]?.includes(part));
        },
        // Without their queries: codes and states are nobody's business.
        async () => `Open are: ${(await engine.addresses()).map((url) => url.split('?')[0]).join(', ')}`,
      );
      return authPage(page);
    },
    openPopupWindow: async (url, way) => {
      await (await anyPage()).evaluate(openPopupWindow, url, way);
    },
    pagesAt: async (part) => {
      // Not by what pages answer: one that is busy is open, too.
      const addresses = await engine.addresses();
      return addresses.filter((address) => address.startsWith('http') && address.includes(part)).length;
    },
    authWindows: async () => (await engine.webPages()).length,
    authWindowInFront: async () => (await (await anyPage()).evaluate(frontWindow)) === 'popup',
    closeAuthWindow: async () => {
      for (const page of await engine.webPages()) await closePage(page);
      await eventually('the sign-in window to close', async () => (await engine.webPages()).length === 0);
    },
    visit: async (url) => authPage(await engine.openWebPage(url)),
    killBackground: () => engine.killBackground(),
    backgroundRuns: () => engine.backgroundRuns(),
    restart: async (how) => {
      ownPages.clear();
      await engine.restart(how);
    },
    readStorage: async (area) => (await anyPage()).evaluate(readStorageArea, area),
    writeStorage: async (area, items) => {
      await (await anyPage()).evaluate(writeStorageArea, area, items);
    },
    alarms: async () => (await anyPage()).evaluate(alarmNames),
    ring: async (name) => {
      await (await anyPage()).evaluate(ringAlarm, name);
    },
    badge: async () => (await anyPage()).evaluate(badgeText),
    databases: async () => (await anyPage()).evaluate(databaseNames),
    sealingKey: async () => (await anyPage()).evaluate(readSealingKey),
    keepInPage: async (text) => (await anyPage()).evaluate(keepInPage, text),
    capturePages: async (prefix) => {
      const paths: string[] = [];
      await mkdir(dirname(prefix), { recursive: true });
      for (const [index, page] of (await engine.allPages()).entries()) {
        const path = `${prefix}-${index + 1}.png` as const;
        const screenshot = page.bringToFront().then(() => page.screenshot({ path }));
        // A page that is gone or hidden may never answer, and the failure itself is what matters.
        const inTime = await Promise.race([screenshot.then(Boolean, () => false), pause(5_000)]);
        if (inTime === true) paths.push(path);
      }
      return paths;
    },
    install,
    clear: async () => {
      ownPages.clear();
      await engine.clear();
    },
    close: () => (closing ??= engine.close()),
  };
}
