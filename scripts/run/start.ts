// `npm start`: the mock server, a build against it, and a browser with the extension in it. `-- --browser chromium` opens
// Chromium. Without a display, or with `-- --headless`, the whole round runs by itself in both browsers.
import { parseArgs } from 'node:util';
import { ensureBrowsers, type BrowserName } from '../machine/browsers.mjs';
import {
  endWhenInterrupted,
  interrupted,
  introduce,
  run,
  startLocalMockServer,
  TITLES,
  withBuild,
} from './local.ts';
import { PICTURES, tour } from './tour.ts';
import { openBrowser } from './web-ext-run.ts';

function readArguments(): { browser: BrowserName | undefined; headless: boolean } {
  const { values } = parseArgs({
    options: { browser: { type: 'string' }, headless: { type: 'boolean', default: false } },
  });
  const { browser, headless } = values;
  if (browser !== undefined && browser !== 'firefox' && browser !== 'chromium') {
    throw new Error('--browser is firefox or chromium.');
  }
  return { browser, headless };
}

const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

async function withWindow(name: BrowserName): Promise<void> {
  ensureBrowsers([name]);
  const mock = await startLocalMockServer();
  console.log(introduce(mock));
  try {
    await withBuild(name, mock, async (extensionDir) => {
      const browser = await openBrowser(name, extensionDir, [mock.origin, mock.web]);
      console.log(`
${TITLES[name]} is open, with the extension in it and a profile of its own that is thrown away afterwards.
  1. Press the extension's button in the toolbar (it may be in the menu of the puzzle piece), then “Sign in”.
  2. Sign in as one of these accounts, or create one: it is gone when this program ends.
  3. Sign in to the to-do list in the other tab: the same account, through the companion.
  4. See the grant come and go at ${mock.origin}/settings#connected-services

Ctrl-C here, or closing the browser, ends everything.`);
      await Promise.race([browser.closed, interrupted()]);
      await browser.close();
    });
  } finally {
    await mock.stop();
  }
}

async function withoutWindow(names: readonly BrowserName[], why: string): Promise<void> {
  endWhenInterrupted();
  ensureBrowsers(names);
  const mock = await startLocalMockServer();
  console.log(`${why} The demo runs headless instead.\n\n${introduce(mock)}`);
  const failed: string[] = [];
  try {
    for (const name of names) {
      await tour(name, mock).catch((error: unknown) => {
        console.error(error instanceof Error ? error.message : String(error));
        failed.push(TITLES[name]);
      });
    }
  } finally {
    await mock.stop();
  }
  console.log(`\nThe pictures are in ${PICTURES}/.`);
  if (failed.length > 0) throw new Error(`It did not work in ${failed.join(' and ')}.`);
}

run(async () => {
  const { browser, headless } = readArguments();
  if (!headless && hasDisplay()) return withWindow(browser ?? 'firefox');
  const names: readonly BrowserName[] = browser ? [browser] : ['firefox', 'chromium'];
  return withoutWindow(names, headless ? 'You asked for no window.' : 'There is no display here.');
});
