// `npm run icons`: draws the toolbar's pictures from their sources in scripts/icons, with Chromium, into public/icons.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { ensureBrowsers, findBrowser } from './browsers.mjs';
import { run } from './local.ts';

/** CSS pixels of a toolbar button, and the same on a screen of twice the density. */
const SIZES = [16, 32];

const sources = fileURLToPath(new URL('icons/', import.meta.url));
const pictures = fileURLToPath(new URL('../public/icons/', import.meta.url));

run(async () => {
  ensureBrowsers(['chromium']);
  const browser = await puppeteer.launch({
    executablePath: findBrowser('chromium'),
    headless: true,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage();
    for (const file of (await readdir(sources)).sort()) {
      const drawing = Buffer.from(await readFile(`${sources}${file}`)).toString('base64');
      for (const size of SIZES) {
        await page.setViewport({ width: size, height: size });
        await page.setContent(
          `<body style="margin:0"><img width="${size}" height="${size}" style="display:block" src="data:image/svg+xml;base64,${drawing}">`,
        );
        const png = await page.screenshot({ omitBackground: true });
        await writeFile(`${pictures}${basename(file, '.svg')}-${size}.png`, png);
      }
    }
    console.log('✓ public/icons');
  } finally {
    await browser.close();
  }
});
