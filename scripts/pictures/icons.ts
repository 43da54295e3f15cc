// `npm run icons`: draws all pictures of the manifest and the toolbar, with Chromium, into public/icons. Which:
// icon-files.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { ensureBrowsers, findBrowser } from '../machine/browsers.mjs';
import { ICON_FILES } from './icon-files.ts';
import { run } from '../run/local.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

run(async () => {
  ensureBrowsers(['chromium']);
  const browser = await puppeteer.launch({
    executablePath: findBrowser('chromium'),
    headless: true,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    const page = await browser.newPage();
    for (const { file, drawing, size } of ICON_FILES) {
      const svg = (await readFile(root + drawing)).toString('base64');
      await page.setViewport({ width: size, height: size });
      await page.setContent(
        `<body style="margin:0"><img width="${size}" height="${size}" style="display:block" src="data:image/svg+xml;base64,${svg}">`,
      );
      await writeFile(root + file, await page.screenshot({ omitBackground: true }));
    }
    console.log('✓ public/icons');
  } finally {
    await browser.close();
  }
});
