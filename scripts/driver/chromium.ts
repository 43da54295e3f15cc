// Chromium, driven over the DevTools protocol.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import puppeteer, { TargetType, type Browser, type Page, type Target } from 'puppeteer-core';
import { findBrowser } from '../machine/browsers.mjs';
import { closeAll, readManifest, type Engine } from './engine.ts';
import { newFolder, removeFolder } from './folders.ts';
import { isComplete, openToolbarPopup } from './in-page.ts';
import { saveWhenStill } from './picture.ts';
import type { LaunchOptions, Scheme } from './types.ts';
import { eventually, inTime } from './wait.ts';

export async function startChromium(options: LaunchOptions): Promise<Engine> {
  const { scale, objects, profileIn } = options;
  const profile = await newFolder('chromium', profileIn);
  const popupPath = (await readManifest(options.extensionDir)).action.default_popup;
  await writePreferences(profile, { extensions: DEVELOPER, ...(objects && { enable_do_not_track: true }) });
  /** Of the folder that was installed last. */
  let extensionDir = options.extensionDir;
  let extensionId = '';
  let scheme: Scheme | undefined;

  const start = (): Promise<Browser> =>
    puppeteer.launch({
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
  let browser = await start();
  const install = async () => {
    extensionId = await browser.installExtension(extensionDir);
  };

  const url = (path: string) => `chrome-extension://${extensionId}/${path}`;
  const worker = (target: Target) =>
    target.type() === TargetType.SERVICE_WORKER && target.url().startsWith(url(''));

  const prefer = async (page: Page) => {
    if (scheme) await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  };

  /**
   * Chromium sometimes never tells of a page it has made, when another was closed just before: a second one is made
   * then.
   */
  const pageTargets = () => browser.targets().filter((target) => target.type() === TargetType.PAGE);

  const open = (address: string): Promise<Page> =>
    eventually(`a page at ${address}`, async () => {
      const page = await browser.newPage();
      await prefer(page);
      await page.goto(address);
      return page;
    });

  return {
    version: () => browser.version(),
    install: (folder) => {
      extensionDir = folder;
      return install();
    },
    clear: async () => {
      await browser.uninstallExtension(extensionId);
      scheme = undefined;
      const [first] = await browser.pages();
      if (first === undefined) throw new Error('Chromium has no tab left.');
      await closeAll(
        async () => (await browser.pages()).filter((page) => page !== first),
        (page) => page.close(),
      );
      await forgetSites(first, url(''));
    },
    openExtensionPage: (path) => open(url(path)),
    openWebPage: (address) => open(address),
    allPages: () => browser.pages(),
    addresses: () => Promise.resolve(pageTargets().map((target) => target.url())),
    webPages: async () => {
      // Not by `browser.pages()`: one page that is just closing would keep it from answering.
      const targets = pageTargets().filter((target) => target.url().startsWith('http'));
      const pages = await Promise.all(targets.map((target) => inTime(target.page()).catch(() => null)));
      return pages.filter((page) => page !== null);
    },
    killBackground: async () => {
      const target = browser.targets().find(worker);
      // Repeated, since a worker that is just starting may ignore it. A new worker may already be running.
      await eventually('the service worker to end', async () => {
        if (target === undefined || !browser.targets().includes(target)) return true;
        await (await target.worker())?.close();
        return false;
      });
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
    setScheme: async (newScheme) => {
      scheme = newScheme;
      for (const page of await browser.pages()) await prefer(page);
    },
    restart: async ({ losing } = {}) => {
      await browser.close();
      if (losing) await removeFolder(join(profile, 'Default/Local Extension Settings', extensionId));
      browser = await start();
      // Chromium forgets an unpacked extension when it ends, but keeps its storage.
      await install();
    },
    close: async () => {
      await browser.close();
      await removeFolder(profile);
    },
  };
}

/**
 * What Chromium keeps of the sites that were visited, and what is left of the extension's storage a while after it has
 * gone.
 */
async function forgetSites(page: Page, extension: string): Promise<void> {
  const session = await page.createCDPSession();
  await session.send('Network.clearBrowserCookies');
  await session.send('Network.clearBrowserCache');
  await session.send('Storage.clearDataForOrigin', { origin: extension, storageTypes: 'all' });
  await session.detach();
}

/** Developer mode; without it, an unpacked extension stays off after a reload. */
const DEVELOPER = { ui: { developer_mode: true } };

/** As the boxes in Chromium's settings do; before it starts for the first time. */
async function writePreferences(profile: string, preferences: object): Promise<void> {
  await mkdir(join(profile, 'Default'));
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify(preferences));
}
