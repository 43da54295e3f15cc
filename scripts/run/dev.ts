// `npm run dev`: the mock server, a build that follows every change of the source, and a browser that reloads the
// extension after each; `-- --browser chromium` for Chromium.
import { parseArgs } from 'node:util';
import { newFolder, removeFolder } from '../driver/folders.ts';
import { ensureBrowsers } from '../machine/browsers.mjs';
import { follow, type Follower } from '../build/follow.ts';
import { interrupted, introduce, run, startLocalMockServer, TITLES, mockServerVariables } from './local.ts';
import { openBrowser } from './web-ext-run.ts';

run(async () => {
  const { values } = parseArgs({ options: { browser: { type: 'string', default: 'firefox' } } });
  const name = values.browser;
  if (name !== 'firefox' && name !== 'chromium') throw new Error('--browser is firefox or chromium.');
  ensureBrowsers([name]);

  const mock = await startLocalMockServer();
  const ended = interrupted();
  const outDir = await newFolder(`dev-${name}`);
  let follower: Follower | undefined;
  try {
    follower = follow({ browser: name, environment: 'local', outDir, variables: mockServerVariables(mock) });
    const built = await Promise.race([follower.ready.then(() => true), ended.then(() => false)]);
    if (!built) return;
    const browser = await openBrowser(name, outDir, [mock.origin]);
    console.log(
      `${introduce(mock)}\n\n${TITLES[name]} is open; the extension follows your changes. Ctrl-C ends it.`,
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
    await mock.stop();
    await removeFolder(outDir);
  }
});
