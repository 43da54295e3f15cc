// Once per run: finds the browsers, chooses the ports of mock server and companion, starts the return page, builds the
// extension for both browsers against them, and makes the Firefox profile that every case starts from a copy of.
import { mkdir } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { ensureBrowsers } from '../../scripts/machine/browsers.mjs';
import { freePort } from '../../scripts/machine/free-port.mjs';
import { startServer } from '../../src/companion/server.ts';
import { RETURN_PATH, returnPage as returnPageApp } from '../../src/companion/return-page.ts';
import { buildsIn, makeBuilds, type Builds } from './builds.ts';
import { selectedBrowsers } from './selected-browsers.ts';
import { makeFirefoxProfile } from '../../scripts/driver/firefox-launch.ts';
import { newFolder, removeFolder } from '../../scripts/driver/folders.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    mockServerPort: number;
    returnPage: string;
    companionPort: number;
    builds: Builds;
    firefoxProfile: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureBrowsers(selectedBrowsers());
  const folder = await newFolder('builds');
  const page = await startServer({ app: returnPageApp(), host: '127.0.0.1', port: 0 });
  const returnPage = page.origin + RETURN_PATH;
  const mockServerPort = await freePort();
  const companionPort = await freePort();
  const at = (port: number) => `http://127.0.0.1:${port}`;
  for (const browser of selectedBrowsers()) {
    const facts = { folder, mock: at(mockServerPort), returnPage, companion: at(companionPort) };
    await makeBuilds(browser, facts);
  }
  const firefoxProfile = `${folder}/firefox-profile`;
  if (selectedBrowsers().includes('firefox')) {
    await mkdir(firefoxProfile);
    await makeFirefoxProfile(firefoxProfile);
  }
  project.provide('firefoxProfile', firefoxProfile);
  project.provide('mockServerPort', mockServerPort);
  project.provide('companionPort', companionPort);
  project.provide('returnPage', returnPage);
  project.provide('builds', buildsIn(folder));
  return async () => {
    await page.stop();
    await removeFolder(folder);
  };
}
