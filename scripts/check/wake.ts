// `npm run wake`: how long a background that sleeps takes from a page's command to a fresh access token. `-- --against
// FOLDER`: also as a ratio to another build, such as dist/ of another commit; both take turns. `-- --rounds N`: 20.
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { signInAs } from '../../test/e2e/steps.ts';
import { expireTokens } from '../../test/e2e/storage-probe.ts';
import { launchBrowser, type BrowserUnderTest } from '../driver/index.ts';
import { eventually, pause } from '../driver/wait.ts';
import { ensureBrowsers, type BrowserName } from '../machine/browsers.mjs';
import { endWhenInterrupted, run, startLocalMockServer, TITLES, withBuild } from '../run/local.ts';

const BROWSERS: readonly BrowserName[] = ['firefox', 'chromium'];
const ADA = { email: 'ada@example.com', password: SEED_PASSWORD, name: 'Ada Lovelace' };

/** The first wake compiles what later ones find compiled. */
const WARM_UP = 2;
/** For what the background still does after the token (ms). */
const QUIET = 500;

const PAGE = `<!doctype html><meta charset="utf-8"><script type="module" src="./wake.js"></script><body></body>`;
const SCRIPT = `const { runtime, storage } = globalThis.browser ?? globalThis.chrome;
const newest = async () => (await storage.session.get('tokens')).tokens?.at(-1)?.token;
const before = await newest();
const began = performance.now();
storage.session.onChanged.addListener(async () => {
  if (document.body.textContent === '' && (await newest()) !== before)
    document.body.textContent = 'woke in ' + (performance.now() - began) + ' ms';
});
await runtime.sendMessage({ command: 'popupOpened' });
`;

/** Milliseconds from the command to the token. */
async function wakeOf(browser: BrowserUnderTest): Promise<number> {
  await expireTokens(browser);
  await pause(QUIET);
  await browser.killBackground();
  const page = await browser.openPage('wake.html');
  const text = await eventually('a fresh token', async () =>
    /woke in ([\d.]+) ms/.exec(await page.text())?.at(1),
  );
  await pause(QUIET);
  await page.close();
  return Number(text);
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

async function signedIn(name: BrowserName, extensionDir: string): Promise<BrowserUnderTest> {
  await writeFile(join(extensionDir, 'wake.html'), PAGE);
  await writeFile(join(extensionDir, 'wake.js'), SCRIPT);
  const browser = await launchBrowser(name, { extensionDir });
  const popup = await signInAs(browser, ADA);
  await popup.waitForText(ADA.name);
  await popup.close();
  return browser;
}

async function compare(name: BrowserName, builds: readonly string[], rounds: number): Promise<void> {
  const browsers: BrowserUnderTest[] = [];
  try {
    for (const build of builds) browsers.push(await signedIn(name, build));
    const times = builds.map((): number[] => []);
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const turns = browsers.map((browser, index) => ({ browser, index }));
      for (const { browser, index } of round % 2 === 0 ? turns : turns.reverse()) {
        const time = await wakeOf(browser);
        if (round >= 0) times[index]?.push(time);
      }
    }
    const [own = NaN, other] = times.map(median);
    const ratio =
      other === undefined ? '' : `, ${other.toFixed(0)} ms there: ${(own / other).toFixed(2)} times`;
    console.log(`${TITLES[name].padEnd(9)} ${own.toFixed(0)} ms${ratio} (medians of ${rounds})`);
  } finally {
    for (const browser of browsers) await browser.close();
  }
}

run(async () => {
  const { values } = parseArgs({
    options: { against: { type: 'string' }, rounds: { type: 'string', default: '20' } },
  });
  endWhenInterrupted();
  ensureBrowsers(BROWSERS);
  const mock = await startLocalMockServer();
  try {
    for (const name of BROWSERS) {
      await withBuild(name, mock, async (own) => {
        const other = values.against === undefined ? [] : [resolve(values.against, name)];
        await compare(name, [own, ...other], Number(values.rounds));
      });
    }
  } finally {
    await mock.stop();
  }
});
