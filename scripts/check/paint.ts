// `npm run paint`: how long the popup takes from being opened to showing the account, as a ratio to a bare page of the same
// build that reads the same item of storage. `-- --check` fails above the goal; `-- --rounds N`: 30 unless told.
import { parseArgs } from 'node:util';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { addBarePage, addUnansweredPopup, BARE_PAGE, UNANSWERED_POPUP } from '../../test/bench/popup/bare.ts';
import { launchBrowser, type BrowserUnderTest } from '../driver/index.ts';
import { eventually, pause } from '../driver/wait.ts';
import { pagePath } from '../build/pages.ts';
import { signInAs } from '../../test/e2e/steps.ts';
import { ensureBrowsers, type BrowserName } from '../machine/browsers.mjs';
import { endWhenInterrupted, run, startLocalMockServer, TITLES, withBuild } from '../run/local.ts';

const BROWSERS: readonly BrowserName[] = ['firefox', 'chromium'];
const ADA = { email: 'ada@example.com', password: SEED_PASSWORD, name: 'Ada Lovelace' };

/** Times what the bare page takes. */
const GOAL = 1.35;

/** The first pages of a browser are of one that is still starting. */
const WARM_UP = 3;

/** The popup has the background look for news; that is over by then (ms). */
const QUIET = 250;

/** Milliseconds from the opening to the first paint with anything in it. */
async function paintOf(browser: BrowserUnderTest, path: string): Promise<number> {
  const page = await browser.openPage(path);
  await page.waitForText(ADA.name);
  await page.waitForText(ADA.email);
  const painted = await eventually('a first paint', () => page.painted());
  await pause(QUIET);
  await page.close();
  return painted;
}

/** What `paintOf` measures is the account only if nothing at all is painted before storage has answered. */
async function provePatience(browser: BrowserUnderTest): Promise<void> {
  const page = await browser.openPage(UNANSWERED_POPUP);
  await pause(4 * QUIET);
  if ((await page.painted()) !== undefined) throw new Error('Something is painted before storage answers.');
  await page.close();
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

/** The ratio of the medians; the pages take turns, so that what else the machine does meets both. */
async function ratioIn(name: BrowserName, extensionDir: string, rounds: number): Promise<number> {
  await addBarePage(extensionDir);
  await addUnansweredPopup(extensionDir);
  const browser = await launchBrowser(name, { extensionDir });
  const popup: number[] = [];
  const bare: number[] = [];
  try {
    const opened = await signInAs(browser, ADA);
    await opened.waitForText(ADA.name);
    await provePatience(browser);
    await opened.close();
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const turns = [
        { path: pagePath('popup'), times: popup },
        { path: BARE_PAGE, times: bare },
      ];
      for (const { path, times } of round % 2 === 0 ? turns : turns.reverse()) {
        const time = await paintOf(browser, path);
        if (round >= 0) times.push(time);
      }
    }
  } finally {
    await browser.close();
  }
  const ratio = median(popup) / median(bare);
  const inMs = (times: readonly number[]) => `${median(times).toFixed(0)} ms`;
  const of = `popup ${inMs(popup)}, bare page ${inMs(bare)} (medians of ${rounds})`;
  console.log(`${TITLES[name].padEnd(9)} ${of}: ${ratio.toFixed(2)} times`);
  return ratio;
}

run(async () => {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, rounds: { type: 'string', default: '30' } },
  });
  endWhenInterrupted();
  ensureBrowsers(BROWSERS);
  const slow: string[] = [];
  const mock = await startLocalMockServer();
  try {
    for (const name of BROWSERS) {
      await withBuild(name, mock, async (extensionDir) => {
        const ratio = await ratioIn(name, extensionDir, Number(values.rounds));
        if (!(ratio <= GOAL)) slow.push(TITLES[name]);
      });
    }
  } finally {
    await mock.stop();
  }
  if (values.check && slow.length > 0) throw new Error(`Above ${GOAL} times in ${slow.join(' and ')}.`);
});
