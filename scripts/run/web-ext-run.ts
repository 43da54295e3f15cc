// Opens a real browser window with the extension loaded through web-ext, on a profile that is thrown away.
import webExt, { type ExtensionRunner } from 'web-ext';
import { consoleStream } from 'web-ext/util/logger';
import { newFolder, removeFolder } from '../driver/folders.ts';
import { findBrowser, type BrowserName } from '../machine/browsers.mjs';
import { redirectUris } from '../build/manifest.ts';

export interface OpenBrowser {
  /** Loads the extension anew, after a build. */
  reload(): Promise<void>;
  /** Settles when the window is closed, by a person or by `close`. */
  closed: Promise<void>;
  close(): Promise<void>;
}

/** Chromium's id of the extension, which is the host of its redirect URI. */
const chromiumId = async () =>
  new URL((await redirectUris()).chromium).hostname.replace('.chromiumapp.org', '');

export async function openBrowser(
  name: BrowserName,
  extensionDir: string,
  startUrls: readonly string[],
): Promise<OpenBrowser> {
  const profile = await newFolder(`${name}-profile`);
  // Its chatter is for people who type web-ext themselves.
  consoleStream.startCapturing();
  const common = {
    sourceDir: extensionDir,
    startUrl: [...startUrls],
    keepProfileChanges: true,
    noInput: true,
    noReload: true,
  };
  const listeners = process.listeners('SIGINT');
  let runner: ExtensionRunner;
  try {
    runner =
      name === 'firefox'
        ? await webExt.cmd.run({
            ...common,
            target: ['firefox-desktop'],
            firefox: findBrowser('firefox'),
            firefoxProfile: profile,
          })
        : await webExt.cmd.run({
            ...common,
            target: ['chromium'],
            chromiumBinary: findBrowser('chromium'),
            chromiumProfile: profile,
            // Firefox has the button on its toolbar by the manifest; in Chromium each person decides.
            chromiumPref: { 'extensions.pinned_extensions': [await chromiumId()] },
            args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
          });
  } catch (error) {
    await removeFolder(profile);
    throw error;
  }
  // web-ext's parts end the process at Ctrl-C at once and leave their folders behind; ending is the caller's task here.
  for (const listener of process.listeners('SIGINT')) {
    if (!listeners.includes(listener)) process.off('SIGINT', listener);
  }
  const closed = new Promise<void>((resolve) => runner.registerCleanup(resolve));
  return {
    closed,
    reload: async () => {
      await runner.reloadAllExtensions();
    },
    close: async () => {
      // A window that a person has just closed cannot be closed again, which is no failure.
      await runner.exit().catch(() => undefined);
      await closed;
      await removeFolder(profile);
    },
  };
}
