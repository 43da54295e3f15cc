// Once per run: finds the browsers, chooses the stand-in's port, starts the companion's return page, builds the extension
// for both browsers against them, and makes the Firefox profile that every case starts from a copy of.
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { ensureBrowsers } from '../../scripts/browsers.mjs';
import { startCompanion } from '../../src/companion/listen.ts';
import { RETURN_PATH } from '../../src/companion/return-page.ts';
import { buildsIn, makeBuilds, type Builds } from './builds.ts';
import { chosenBrowsers } from './chosen.ts';
import { makeFirefoxProfile } from './driver/firefox-launch.ts';
import { newFolder, removeFolder } from './driver/folders.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    standinPort: number;
    returnPage: string;
    builds: Builds;
    firefoxProfile: string;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureBrowsers(chosenBrowsers());
  const folder = await newFolder('builds');
  const companion = await startCompanion();
  const returnPage = companion.origin + RETURN_PATH;
  const port = await freePort();
  for (const browser of chosenBrowsers()) {
    await makeBuilds(browser, { folder, standin: `http://127.0.0.1:${port}`, returnPage });
  }
  const firefoxProfile = `${folder}/firefox-profile`;
  if (chosenBrowsers().includes('firefox')) {
    await mkdir(firefoxProfile);
    await makeFirefoxProfile(firefoxProfile);
  }
  project.provide('firefoxProfile', firefoxProfile);
  project.provide('standinPort', port);
  project.provide('returnPage', returnPage);
  project.provide('builds', buildsIn(folder));
  return async () => {
    await companion.stop();
    await removeFolder(folder);
  };
}
