// Chromium, driven over the DevTools protocol.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer, { TargetType, type Browser, type Page, type Target } from 'puppeteer-core';
import { findBrowser } from '../../../scripts/browsers.mjs';
import { readManifest, type Engine } from './engine.ts';
import { newFolder, removeFolder } from './folders.ts';
import { isComplete, openToolbarPopup } from './in-page.ts';
import { saveWhenStill } from './picture.ts';
import type { LaunchOptions, Scheme } from './types.ts';
import { eventually } from './wait.ts';

export async function startChromium({
  extensionDir,
  scale,
  objects,
  profileIn,
}: LaunchOptions): Promise<Engine> {
  const profile = await newFolder('chromium', profileIn);
  const popupPath = (await readManifest(extensionDir)).action.default_popup;
  await writePreferences(profile, { extensions: DEVELOPER, ...(objects && { enable_do_not_track: true }) });
  let extensionId = '';
  let scheme: Scheme | undefined;

  const start = async (): Promise<Browser> => {
    const started = await puppeteer.launch({
      executablePath: findBrowser('chromium'),
      headless: true,
      pipe: true,
      enableExtensions: true,
      defaultViewport: null,
      userDataDir: profile,
      // A call that hangs says so while its test still listens.
      protocolTimeout: 60_000,
      args: [
        '--no-first-run',
        '--force-prefers-reduced-motion',
        // The headless screen is 800 × 600 device pixels: too small for a popup in its full height at twice the scale.
        '--screen-info={2560x1600}',
        '--window-size=1200,700',
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        ...(scale === undefined ? [] : [`--force-device-scale-factor=${scale}`]),
      ],
    });
    try {
      // Loaded anew at every start: Chromium forgets an unpacked extension when it ends, but keeps its storage.
      extensionId = await started.installExtension(extensionDir);
      return started;
    } catch (error) {
      await started.close();
      throw error;
    }
  };
  let browser = await start();

  const url = (path: string) => `chrome-extension://${extensionId}/${path}`;
  const worker = (target: Target) =>
    target.type() === TargetType.SERVICE_WORKER && target.url().startsWith(url(''));

  const prefer = async (page: Page) => {
    if (scheme) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  };

  /** Chromium sometimes never tells of a page it has made, when another was closed just before: a second one is made then. */
  const open = (address: string): Promise<Page> =>
    eventually(`a page at ${address}`, async () => {
      const page = await browser.newPage();
      await prefer(page);
      await page.goto(address);
      return page;
    });

  return {
    version: () => browser.version(),
    openExtensionPage: (path) => open(url(path)),
    openWebPage: (address) => open(address),
    allPages: () => browser.pages(),
    shows: (path) => Promise.resolve(browser.targets().some((target) => target.url() === url(path))),
    webPages: async () => (await browser.pages()).filter((page) => page.url().startsWith('http')),
    killBackground: async () => {
      const target = browser.targets().find(worker);
      await (await target?.worker())?.close();
      // Another may have been woken already.
      await eventually('the service worker to end', () =>
        Promise.resolve(!browser.targets().some((other) => other === target)),
      );
    },
    backgroundRuns: () => Promise.resolve(browser.targets().some(worker)),
    captureToolbarPopup: async (opener, path) => {
      const before = new Set(browser.targets());
      await opener.evaluate(openToolbarPopup);
      const target = await browser.waitForTarget(
        (seen) => !before.has(seen) && seen.url() === url(popupPath),
      );
      const popup = await target.asPage();
      await eventually('the toolbar popup to be complete', () => popup.evaluate(isComplete));
      await saveWhenStill(path, () => popup.screenshot({ encoding: 'base64' }));
      await popup.close();
    },
    setScheme: async (wanted) => {
      scheme = wanted;
      for (const page of await browser.pages()) await prefer(page);
    },
    restart: async ({ losing } = {}) => {
      await browser.close();
      if (losing) await removeFolder(join(profile, 'Default/Local Extension Settings', extensionId));
      browser = await start();
    },
    close: async () => {
      await browser.close();
      await removeFolder(profile);
    },
  };
}

/** Whoever loads an unpacked extension has this on; without it an extension that starts anew stays off. */
const DEVELOPER = { ui: { developer_mode: true } };

/** As the boxes in Chromium's settings do; before it starts for the first time. */
async function writePreferences(profile: string, preferences: object): Promise<void> {
  await mkdir(join(profile, 'Default'));
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify(preferences));
}
