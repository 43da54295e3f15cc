// `npm run dev`: the stand-in, a build that follows every change of the source, and a browser that reloads the
// extension after each; `-- --browser chromium` for Chromium.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { viteConfig } from '../vite.config.ts';
import { newFolder, removeFolder } from '../test/e2e/driver/folders.ts';
import { ensureBrowsers, type BrowserName } from './browsers.mjs';
import {
  interrupted,
  introduce,
  run,
  startLocalStandin,
  TITLES,
  standinVariables,
  type LocalStandin,
} from './local.ts';
import { openBrowser } from './web-ext-run.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

interface Follower {
  /** Settles when the first build without an error is there. */
  ready: Promise<void>;
  /** Called after every later build without an error. */
  onBuilt: () => void;
  stop(): Promise<void>;
}

/** Builds at once, and again whenever a file it is made of changes. */
async function follow(browser: BrowserName, outDir: string, standin: LocalStandin): Promise<Follower> {
  const config = viteConfig({
    browser,
    environment: 'local',
    outDir,
    variables: standinVariables(standin),
  });
  const watcher = await build({
    ...config,
    root,
    logLevel: 'warn',
    build: { ...config.build, watch: {} },
  });
  if (!('on' in watcher)) throw new Error('vite did not start watching.');
  const follower: Follower = {
    ready: new Promise((resolve) => {
      let first = true;
      let failed = false;
      watcher.on('event', (event) => {
        if (event.code === 'START') failed = false;
        if (event.code === 'ERROR') {
          failed = true;
          console.error(`✗ ${event.error.message}\nMend the error above; I am watching.`);
        }
        if (event.code !== 'END' || failed) return;
        if (!first) follower.onBuilt();
        first = false;
        resolve();
      });
    }),
    onBuilt: () => undefined,
    stop: () => watcher.close(),
  };
  return follower;
}

run(async () => {
  const { values } = parseArgs({ options: { browser: { type: 'string', default: 'firefox' } } });
  const name = values.browser;
  if (name !== 'firefox' && name !== 'chromium') throw new Error('--browser is firefox or chromium.');
  ensureBrowsers([name]);

  const standin = await startLocalStandin();
  const ended = interrupted();
  const outDir = await newFolder(`dev-${name}`);
  let follower: Follower | undefined;
  try {
    follower = await follow(name, outDir, standin);
    const built = await Promise.race([follower.ready.then(() => true), ended.then(() => false)]);
    if (!built) return;
    const browser = await openBrowser(name, outDir, standin.origin);
    console.log(
      `${introduce(standin)}\n\n${TITLES[name]} is open; the extension follows your changes. Ctrl-C ends it.`,
    );
    follower.onBuilt = () => {
      // web-ext says itself when it has reloaded.
      browser
        .reload()
        .catch((error: unknown) => console.error(`\n✗ built, but not reloaded: ${String(error)}`));
    };
    await Promise.race([browser.closed, ended]);
    await browser.close();
  } finally {
    await follower?.stop();
    await standin.stop();
    await removeFolder(outDir);
  }
});
