// The builds the suite drives. Two are as anybody would make them; two are changed afterwards, to be what no build is.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildExtension } from '../../scripts/build.ts';
import type { BrowserName } from '../../scripts/browsers.mjs';
import { EXTENSION_CLIENTS } from '../../src/standin/ready.ts';

/**
 * `local`: for the stand-in of today. `custom`: discovers its endpoints, for the servers of 2019. `tab`: `local`, where the
 * return page may be seen without asking in Chromium, which cannot be answered headless. `windowless`: `tab`, in a browser
 * that has no window for web sign-in.
 */
export type BuildName = 'local' | 'custom' | 'tab' | 'windowless';
export type Builds = Record<BuildName, Record<BrowserName, string>>;

export interface BuildFacts {
  readonly folder: string;
  readonly standin: string;
  readonly returnPage: string;
}

/** Where the builds of one browser lie, when `makeBuilds` has made them. */
export function buildsIn(folder: string): Builds {
  const of = (build: BuildName) => ({
    firefox: `${folder}/${build}-firefox`,
    chromium: `${folder}/${build}-chromium`,
  });
  return { local: of('local'), custom: of('custom'), tab: of('tab'), windowless: of('windowless') };
}

export async function makeBuilds(
  browser: BrowserName,
  { folder, standin, returnPage }: BuildFacts,
): Promise<void> {
  const { local, custom, tab, windowless } = buildsIn(folder);
  await buildExtension({
    browser,
    environment: 'local',
    outDir: local[browser],
    variables: { FXA_STANDIN_ORIGIN: standin, FXA_RETURN_PAGE: returnPage },
  });
  await buildExtension({
    browser,
    environment: 'custom',
    outDir: custom[browser],
    variables: { FXA_ISSUER: standin, FXA_CLIENT_ID: EXTENSION_CLIENTS[browser] },
  });
  await cp(local[browser], tab[browser], { recursive: true });
  if (browser === 'chromium') await allowReturnPage(tab[browser]);
  await cp(tab[browser], windowless[browser], { recursive: true });
  await takeAwayTheWindow(windowless[browser]);
}

interface Manifest {
  optional_host_permissions: string[];
  host_permissions?: string[];
  background: { service_worker?: string; scripts?: string[] };
}

const manifestPath = (folder: string) => join(folder, 'manifest.json');
const readManifest = async (folder: string) =>
  JSON.parse(await readFile(manifestPath(folder), 'utf8')) as Manifest;

async function allowReturnPage(folder: string): Promise<void> {
  const { optional_host_permissions, ...manifest } = await readManifest(folder);
  const changed = { ...manifest, host_permissions: optional_host_permissions };
  await writeFile(manifestPath(folder), JSON.stringify(changed));
}

/** Runs before the background does: its loader imports one module after the other. */
async function takeAwayTheWindow(folder: string): Promise<void> {
  const { background } = await readManifest(folder);
  const loader = join(folder, background.service_worker ?? background.scripts?.[0] ?? '');
  await writeFile(
    join(folder, 'windowless.js'),
    'delete (globalThis.browser ?? chrome).identity.launchWebAuthFlow;\n',
  );
  const script = await readFile(loader, 'utf8');
  await writeFile(loader, `import './windowless.js';\n${script}`);
}
