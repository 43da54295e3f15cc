// Once per run: finds the browsers, chooses the stand-in's port, builds the extension for both against it, and makes
// the Firefox profile that every case starts from a copy of.
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import type { TestProject } from 'vitest/node';
import { ensureBrowsers } from '../../scripts/browsers.mjs';
import { buildExtension } from '../../scripts/build.ts';
import { EXTENSION_CLIENTS } from '../../src/standin/ready.ts';
import type { Era } from '../../src/standin/era.ts';
import { chosenBrowsers } from './chosen.ts';
import { makeFirefoxProfile } from './driver/firefox-launch.ts';
import { newFolder, removeFolder } from './driver/folders.ts';
import type { BrowserName } from './driver/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    standinPort: number;
    builds: Record<Era, Record<BrowserName, string>>;
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
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const builds = {
    today: { firefox: `${folder}/firefox`, chromium: `${folder}/chromium` },
    2019: { firefox: `${folder}/firefox-custom`, chromium: `${folder}/chromium-custom` },
  };
  for (const browser of chosenBrowsers()) {
    await buildExtension({
      browser,
      environment: 'local',
      outDir: builds.today[browser],
      variables: { FXA_STANDIN_ORIGIN: origin },
    });
    await buildExtension({
      browser,
      environment: 'custom',
      outDir: builds[2019][browser],
      variables: { FXA_ISSUER: origin, FXA_CLIENT_ID: EXTENSION_CLIENTS[browser] },
    });
  }
  const firefoxProfile = `${folder}/firefox-profile`;
  if (chosenBrowsers().includes('firefox')) {
    await mkdir(firefoxProfile);
    await makeFirefoxProfile(firefoxProfile);
  }
  project.provide('firefoxProfile', firefoxProfile);
  project.provide('standinPort', port);
  project.provide('builds', builds);
  return () => removeFolder(folder);
}
