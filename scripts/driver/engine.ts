// What a browser must be able to do for the driver; chromium.ts and firefox.ts are the two.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import type { Scheme } from './types.ts';
import { eventually } from './wait.ts';

export interface Engine {
  version(): Promise<string>;
  /** Installs the extension of this folder; before anything else, and again after `clear`. */
  install(extensionDir: string): Promise<void>;
  /**
   * Uninstalls the extension with all it has kept, closes every page but the first, and forgets the sites that were
   * visited.
   */
  clear(): Promise<void>;
  /** Opens a file of the extension in a tab. */
  openExtensionPage(path: string): Promise<Page>;
  /** The pages that came from the web: sign-in windows and tabs, and what `openWebPage` opened. */
  webPages(): Promise<Page[]>;
  /** Opens a page of the web in a tab. */
  openWebPage(url: string): Promise<Page>;
  allPages(): Promise<Page[]>;
  /** Where all open pages are, without asking them. */
  addresses(): Promise<readonly string[]>;
  killBackground(): Promise<void>;
  backgroundRuns(): Promise<boolean>;
  /** Presses the toolbar button through `opener`, an extension page, and saves a picture of what it opens. */
  captureToolbarPopup(opener: Page, path: string): Promise<void>;
  /** What every page is told that the person prefers, from now on. */
  setScheme(scheme: Scheme): Promise<void>;
  restart(options?: { losing?: 'local' }): Promise<void>;
  /** Ends the browser and removes its profile. */
  close(): Promise<void>;
}

/** The members of the built manifest that the driver needs. */
export interface BuiltManifest {
  action: { default_popup: string };
  browser_specific_settings?: { gecko: { id: string } };
}

/**
 * Chromium sometimes does not hear it, and is asked again after a while without an answer. A page that refuses is gone.
 */
export async function closePage(page: Page): Promise<void> {
  await eventually('a page to close', async () => {
    await page.close().catch(() => undefined);
    return true;
  });
}

/** Milliseconds. */
const ASK_AGAIN_AFTER = 5000;

/**
 * Closes all of them, also those that are still on their way. What closes by itself meanwhile may never answer, so
 * nothing waits for an answer.
 */
export async function closeAll<Closable>(
  pages: () => Promise<readonly Closable[]>,
  close: (page: Closable) => Promise<unknown>,
): Promise<void> {
  const asked = new Map<Closable, number>();
  await eventually('all other pages to close', async () => {
    const open = await pages();
    const now = Date.now();
    for (const page of open.filter((each) => now - (asked.get(each) ?? 0) > ASK_AGAIN_AFTER)) {
      asked.set(page, now);
      close(page).catch(() => undefined);
    }
    return open.length === 0;
  });
}

export async function readManifest(extensionDir: string): Promise<BuiltManifest> {
  return JSON.parse(await readFile(join(extensionDir, 'manifest.json'), 'utf8')) as BuiltManifest;
}
