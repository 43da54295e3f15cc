// The builds the suite drives. Two are as anybody would make them; three are changed afterwards, to be what no build is.
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildExtension } from '../../scripts/build/build.ts';
import type { BrowserName } from '../../scripts/machine/browsers.mjs';
import { EXTENSION_CLIENTS } from '../../src/mock-accounts/seed.ts';
import { addUnansweredPopup } from '../bench/popup/bare.ts';
import { makeGallery, speak } from './gallery/build.ts';

/**
 * `local`: for the mock server of today. `custom`: discovers its endpoints, for the servers of 2019. `tab`: `local`,
 * where the return page may be seen without asking in Chromium, which cannot be answered headless. `windowless`: `tab`,
 * in a browser that has no window for web sign-in. `companion`: asks the companion every second, and has a page that
 * does nothing. `gallery`: shows what stands in storage and does nothing (gallery/build.ts); `rtl`: the same, in
 * Arabic. All others are without a companion.
 */
export type BuildName = 'local' | 'custom' | 'tab' | 'windowless' | 'companion' | 'gallery' | 'rtl';
export type Builds = Record<BuildName, Record<BrowserName, string>>;

export interface BuildFacts {
  readonly folder: string;
  readonly mock: string;
  readonly returnPage: string;
  /** The origin of a companion. */
  readonly companion: string;
}

/** Through this page of the `companion` build storage is read without anybody being woken, as the popup would. */
export const QUIET_PAGE = 'quiet.html';

/** Seconds. */
const COMPANION_EVERY = 1;

/** Where the builds of one browser lie, when `makeBuilds` has made them. */
export function buildsIn(folder: string): Builds {
  const of = (build: BuildName) => ({
    firefox: `${folder}/${build}-firefox`,
    chromium: `${folder}/${build}-chromium`,
  });
  return {
    local: of('local'),
    custom: of('custom'),
    tab: of('tab'),
    windowless: of('windowless'),
    companion: of('companion'),
    gallery: of('gallery'),
    rtl: of('rtl'),
  };
}

export async function makeBuilds(
  browser: BrowserName,
  { folder, mock, returnPage, companion }: BuildFacts,
): Promise<void> {
  const builds = buildsIn(folder);
  const { local, custom, tab, windowless } = builds;
  const here = { FXA_STANDIN_ORIGIN: mock, FXA_RETURN_PAGE: returnPage };
  await buildExtension({
    browser,
    environment: 'local',
    outDir: local[browser],
    variables: { ...here, FXA_COMPANION: 'none' },
  });
  await buildExtension({
    browser,
    environment: 'custom',
    outDir: custom[browser],
    variables: { FXA_ISSUER: mock, FXA_CLIENT_ID: EXTENSION_CLIENTS[browser] },
  });
  await buildExtension({
    browser,
    environment: 'local',
    outDir: builds.companion[browser],
    variables: { ...here, FXA_COMPANION: companion, FXA_COMPANION_EVERY: String(COMPANION_EVERY) },
  });
  await writeFile(join(builds.companion[browser], QUIET_PAGE), '<!doctype html><title>Quiet</title>\n');
  await cp(local[browser], tab[browser], { recursive: true });
  if (browser === 'chromium') await allowReturnPage(tab[browser]);
  await cp(tab[browser], windowless[browser], { recursive: true });
  await takeAwayTheWindow(windowless[browser]);
  await makeGallery(local[browser], builds.gallery[browser]);
  await addUnansweredPopup(builds.gallery[browser]);
  await makeGallery(local[browser], builds.rtl[browser]);
  await speak(builds.rtl[browser], 'ar');
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
