// How vite builds the extension for one browser and one environment: the background with its manifest, and the pages.
import { fileURLToPath } from 'node:url';
import { crx, type ManifestV3Export } from '@crxjs/vite-plugin';
import { build as viteBuild, type InlineConfig } from 'vite';
import type { Servers } from './src/extension/server-config.ts';
import type { BuildConfig } from './src/extension/config.ts';
import type { PageFacts } from './src/extension/facts.ts';
import { returnPagePattern } from './src/extension/return-page.ts';
import { knownEndpoints } from './src/fxa/environments.ts';
import { EXTENSION_CLIENTS, RETURN_PAGE } from './src/mock-accounts/seed.ts';
import {
  buildConfig,
  MOCK_SERVER_ORIGIN,
  type BrowserName,
  type Variables,
} from './scripts/build/environment.ts';
import { checkIds, manifestFor, redirectUris } from './scripts/build/manifest.ts';
import { PAGES, pagePath } from './scripts/build/pages.ts';
import {
  followPublic,
  withoutDescriptions,
  withoutInnerHtml,
  withoutPreloading,
  withPages,
} from './scripts/build/plugins.ts';

const root = fileURLToPath(new URL('./', import.meta.url));

export interface BuildOptions {
  readonly browser: BrowserName;
  readonly environment: string;
  readonly outDir: string;
  readonly variables: Variables;
  /** For the person who works on it: code as it was written. */
  readonly readable?: boolean;
}

/**
 * Three builds into one folder, of which the first empties it. The background shares no file with the pages, so that it is
 * without preact. Neither does the popup: it paints out of 2 scripts and 16 kB, in 1.2 times what an empty page takes
 * (Chromium); in one build with the other pages it would be 7 scripts, 17.5 kB and 1.8 times.
 *
 * @throws Error with a sentence for the person who builds.
 */
export async function viteConfigs({
  browser,
  environment,
  outDir,
  variables,
  readable = false,
}: BuildOptions): Promise<readonly InlineConfig[]> {
  const config = buildConfig(environment, browser, variables);
  // First, because it explains a bad key, which has no redirect URI.
  const { action, options_ui, ...manifest } = manifestFor(browser, config);
  const common: InlineConfig = {
    configFile: false,
    root,
    logLevel: 'warn',
    define: {
      __BUILD__: JSON.stringify(config),
      __PAGE_FACTS__: JSON.stringify(pageFacts(config, browser)),
      // A literal, so that a build without key scopes is without the code for keys as well.
      __SCOPED_KEYS__: JSON.stringify(config.keyScopes !== undefined),
      // Likewise: a production build is without the code that turns to another server.
      __TESTER__: JSON.stringify(environment !== 'production'),
      __REDIRECT_URI__: JSON.stringify((await redirectUris())[browser]),
    },
  };
  const build: InlineConfig['build'] = {
    outDir,
    target: 'es2022',
    // As the manifest has it: they know `light-dark()`, which would otherwise be rewritten at some length.
    cssTarget: ['chrome123', 'firefox142'],
    modulePreload: false,
    minify: readable ? false : 'oxc',
    // Of tester builds a stack says where; archives leave them out.
    sourcemap: environment !== 'production',
  };
  const forBrowser = browser === 'firefox' ? 'firefox' : 'chrome';
  return [
    {
      ...common,
      plugins: [
        withoutDescriptions(),
        followPublic(),
        withPages({ action, options_ui }),
        crx({ manifest: manifest as unknown as ManifestV3Export, browser: forBrowser }),
      ],
      build: { ...build, emptyOutDir: true },
    },
    ...[['popup'], PAGES.filter((page) => page !== 'popup')].map((pages): InlineConfig => ({
      ...common,
      publicDir: false,
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
      plugins: [withoutInnerHtml(), withoutPreloading()],
      build: { ...build, emptyOutDir: false, rolldownOptions: { input: pages.map(pagePath) } },
    })),
  ];
}

function pageFacts(config: BuildConfig, browser: BrowserName): PageFacts {
  const { environment, returnPage } = config;
  return {
    environment,
    servers: servers(config, browser),
    ...(returnPage !== undefined && { returnPagePattern: returnPagePattern(returnPage) }),
  };
}

/** What the options page shows, and what a tester may choose from. */
function servers({ environment, issuer, clientId, companion }: BuildConfig, browser: BrowserName): Servers {
  const builtIn = { issuer, clientId, ...(companion && { companion: companion.origin }) };
  if (environment === 'production') return { builtIn, presets: {} };
  const standin = {
    issuer: MOCK_SERVER_ORIGIN,
    clientId: EXTENSION_CLIENTS[browser],
    companion: new URL(RETURN_PAGE).origin,
  };
  const stage = { issuer: knownEndpoints('stage').issuer, clientId: environment === 'stage' ? clientId : '' };
  return { builtIn, presets: { stage, standin } };
}

/** For vite itself: `FXA_BROWSER=chromium FXA_ENV=stage npx vite build`. */
export default async function fromVariables(): Promise<InlineConfig> {
  const browser = process.env.FXA_BROWSER === 'chromium' ? 'chromium' : 'firefox';
  const environment = process.env.FXA_ENV ?? 'local';
  checkIds(environment);
  const outDir = `dist/${browser}`;
  const [background = {}, ...pages] = await viteConfigs({
    browser,
    environment,
    outDir,
    variables: process.env,
  });
  const buildPages = async () => {
    for (const config of pages) await viteBuild(config);
  };
  return {
    ...background,
    plugins: [...(background.plugins ?? []), { name: 'pages', closeBundle: buildPages }],
  };
}
