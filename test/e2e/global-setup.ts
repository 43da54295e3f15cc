// Once per run: finds the browsers, chooses the ports of mock server and companion, starts the return page, builds the extension
// for both browsers against them, and makes the Firefox profile that every case starts from a copy of.
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { TestProject } from 'vitest/node';
import { ensureBrowsers } from '../../scripts/machine/browsers.mjs';
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

/** They are all taken before the first is let go, so no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureBrowsers(selectedBrowsers());
  const folder = await newFolder('builds');
  const page = await startServer({ app: returnPageApp(), host: '127.0.0.1', port: 0 });
  const returnPage = page.origin + RETURN_PATH;
  const [mockServerPort = 0, companionPort = 0] = await freePorts(2);
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
