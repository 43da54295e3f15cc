// `npm run wake`: how long a background that sleeps takes from a page's command to a fresh access token, as a ratio to
// a wake that asks Mozilla accounts nothing. The page is not the popup, and was open before. `-- --rounds N`: 15 unless
// told.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SEED_PASSWORD } from '../../src/mock-accounts/seed.ts';
import { signInAs } from '../../test/e2e/steps.ts';
import { launchBrowser, type BrowserUnderTest, type OwnPage } from '../driver/index.ts';
import { eventually, pause } from '../driver/wait.ts';
import { ensureBrowsers, type BrowserName } from '../machine/browsers.mjs';
import { endWhenInterrupted, run, startLocalMockServer, TITLES, withBuild } from '../run/local.ts';

const BROWSERS: readonly BrowserName[] = ['firefox', 'chromium'];
const ADA = { email: 'ada@example.com', password: SEED_PASSWORD, name: 'Ada Lovelace' };

/** The first wakes compile what later ones find compiled. */
const WARM_UP = 2;
/** For what the background still does after its answer (ms). */
const QUIET = 750;

const PAGE = `<!doctype html><meta charset="utf-8"><title>Wake</title>
<button>Expire</button><button>Token</button><button>Nothing</button><p></p>
<script type="module" src="./wake.js"></script>`;

/** `popupOpened` looks at the profile, for which it needs a token; `wake` reads storage and has nothing to do. */
const SCRIPT = `const { runtime, storage } = globalThis.browser ?? globalThis.chrome;
const output = document.querySelector('p');
const tokens = async () => (await storage.session.get('tokens')).tokens ?? [];
const isFresh = (all) => all.some(({ expiresAt }) => expiresAt > Date.now());
const show = (what, began) => (output.textContent = what + ' after ' + (performance.now() - began) + ' ms');
const does = {
  async Expire() {
    const all = (await tokens()).map((token) => ({ ...token, expiresAt: Date.now() - 1 }));
    await storage.session.set({ tokens: all });
    output.textContent = 'expired ' + all.length;
  },
  async Token() {
    if (isFresh(await tokens())) throw new Error('There is a fresh token already.');
    const began = performance.now();
    const listener = async () => {
      if (!isFresh(await tokens())) return;
      storage.session.onChanged.removeListener(listener);
      show('token', began);
    };
    storage.session.onChanged.addListener(listener);
    await runtime.sendMessage({ command: 'popupOpened' });
  },
  async Nothing() {
    const began = performance.now();
    await runtime.sendMessage({ command: 'wake' });
    show('nothing', began);
  },
};
for (const button of document.querySelectorAll('button'))
  button.onclick = () => does[button.textContent]().catch((error) => (output.textContent = 'failed: ' + error));
`;

/** Milliseconds from the command to what it is for. */
async function wakeFor(what: 'Token' | 'Nothing', browser: BrowserUnderTest, page: OwnPage): Promise<number> {
  await page.press('Expire');
  await eventually('an expired token', async () => /expired [1-9]/.exec(await page.text()) ?? undefined);
  await pause(QUIET);
  await browser.killBackground();
  await page.press(what);
  const answer = new RegExp(`${what.toLowerCase()} after ([\\d.]+) ms|failed: .*`);
  const [text, time] = await eventually(`the answer to ${what}`, async () => {
    return answer.exec(await page.text()) ?? undefined;
  });
  if (time === undefined) throw new Error(text);
  await pause(QUIET);
  return Number(time);
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

async function measure(name: BrowserName, extensionDir: string, rounds: number): Promise<void> {
  await writeFile(join(extensionDir, 'wake.html'), PAGE);
  await writeFile(join(extensionDir, 'wake.js'), SCRIPT);
  const browser = await launchBrowser(name, { extensionDir });
  try {
    const popup = await signInAs(browser, ADA);
    await popup.waitForText(ADA.name);
    await popup.close();
    const page = await browser.openPage('wake.html');
    const token: number[] = [];
    const nothing: number[] = [];
    for (let round = -WARM_UP; round < rounds; round += 1) {
      const times = [await wakeFor('Nothing', browser, page), await wakeFor('Token', browser, page)] as const;
      if (round < 0) continue;
      nothing.push(times[0]);
      token.push(times[1]);
    }
    const [bare, fresh] = [median(nothing), median(token)];
    console.log(
      `${TITLES[name].padEnd(9)} wake ${bare.toFixed(0)} ms, wake to token ${fresh.toFixed(0)} ms: ` +
        `${(fresh / bare).toFixed(2)} times (medians of ${rounds})`,
    );
  } finally {
    await browser.close();
  }
}

run(async () => {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
  endWhenInterrupted();
  ensureBrowsers(BROWSERS);
  const mock = await startLocalMockServer();
  try {
    for (const name of BROWSERS)
      await withBuild(name, mock, (own) => measure(name, own, Number(values.rounds)));
  } finally {
    await mock.stop();
  }
});
