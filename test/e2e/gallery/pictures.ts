// Takes a picture of every view in one scheme and one direction, and lays them out on sheets to be looked at together.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserUnderTest, Scheme } from '../../../scripts/driver/index.ts';
import { openShown } from './open.ts';
import type { Shown } from './shown.ts';
import { VIEWS } from './views.ts';

/** CSS pixels: a popup is as wide as its content wants, a page as a small window. */
const widthOf = (page: string): number => (page === 'popup' ? 360 : 760);

export interface Pictured {
  readonly shown: Shown;
  /** PNG, base64. */
  readonly picture: string;
}

/** In the direction of the build, and saves each as `<folder>/<name>.png`. */
export async function takePictures(
  browser: BrowserUnderTest,
  scheme: Scheme,
  folder: string,
): Promise<readonly Pictured[]> {
  await mkdir(folder, { recursive: true });
  await browser.setScheme(scheme);
  const pictures: Pictured[] = [];
  for (const shown of VIEWS) {
    const page = await openShown(browser, shown);
    await page.setWidth(widthOf(shown.page));
    const picture = await page.picture();
    await writeFile(join(folder, `${shown.name}.png`), picture, 'base64');
    pictures.push({ shown, picture });
    await page.close();
  }
  return pictures;
}

/** One picture of them all, in columns, each under its name. */
export async function makeSheet(
  browser: BrowserUnderTest,
  pictures: readonly Pictured[],
  { columns, path, html }: { columns: number; path: string; html: string },
): Promise<void> {
  const figures = pictures.map(
    ({ shown, picture }) =>
      `<figure><img src="data:image/png;base64,${picture}"><figcaption>${shown.name}</figcaption></figure>`,
  );
  const style = `body { margin: 12px; columns: ${columns}; column-gap: 12px; background: #888; font: 11px sans-serif; }
    figure { margin: 0 0 12px; break-inside: avoid; } img { width: 100%; display: block; }`;
  await writeFile(html, `<!doctype html><meta charset="utf-8"><style>${style}</style>${figures.join('')}`);
  const sheet = await browser.visit(pathToFileURL(resolve(html)).href);
  await sheet.screenshot(path);
  await sheet.close();
}
