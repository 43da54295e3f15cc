// Builds the extension for one browser (FXA_BROWSER) and one environment (FXA_ENV). scripts/build/build.ts runs it for both.
import { crx, type ManifestV3Export } from '@crxjs/vite-plugin';
import preact from '@preact/preset-vite';
import type { InlineConfig } from 'vite';
import {
  withNativeBrowser,
  withoutInnerHtml,
  withoutPreloading,
  withOwnCopies,
} from './scripts/build/plugins.ts';
import { followPublic, withoutDescriptions } from './scripts/build/locales.ts';
import { popupFirst } from './scripts/build/popup-first.ts';
import {
  buildConfig,
  MOCK_SERVER_ORIGIN,
  type BrowserName,
  type Variables,
} from './scripts/build/environment.ts';
import { checkIds, manifestFor, redirectUris } from './scripts/build/manifest.ts';
import type { Servers } from './src/extension/server-config.ts';
import type { BuildConfig } from './src/extension/config.ts';
import type { PageFacts } from './src/extension/page-facts.ts';
import { returnPagePattern } from './src/extension/return-page.ts';
import { knownEndpoints } from './src/fxa/environments.ts';
import { EXTENSION_CLIENTS, RETURN_PAGE } from './src/mock-accounts/seed.ts';

export interface BuildOptions {
  readonly browser: BrowserName;
  readonly environment: string;
  readonly outDir: string;
  readonly variables: Variables;
  /** For the person who works on it: code as it was written. */
  readonly readable?: boolean;
}

export async function viteConfig({
  browser,
  environment,
  outDir,
  variables,
  readable = false,
}: BuildOptions): Promise<InlineConfig> {
  const config = buildConfig(environment, browser, variables);
  // First, because it explains a bad key, which has no redirect URI.
  const manifest = manifestFor(browser, config) as unknown as ManifestV3Export;
  return {
    configFile: false,
    define: {
      __BUILD__: JSON.stringify(config),
      __PAGE_FACTS__: JSON.stringify(pageFacts(config)),
      // A literal, so that a build without key scopes is without the code for keys as well.
      __SCOPED_KEYS__: JSON.stringify(config.keyScopes !== undefined),
      // Likewise: a production build is without the code that turns to another server.
      __TESTER__: JSON.stringify(environment !== 'production'),
      __REDIRECT_URI__: JSON.stringify((await redirectUris())[browser]),
      __SERVERS__: JSON.stringify(servers(config, browser)),
    },
    plugins: [
      preact(),
      withoutInnerHtml(),
      withoutPreloading(),
      withNativeBrowser(),
      withOwnCopies(),
      withoutDescriptions(),
      followPublic(),
      crx({
        manifest,
        browser: browser === 'firefox' ? 'firefox' : 'chrome',
      }),
    ],
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      // As the manifest has it: they know `light-dark()`, which would otherwise be rewritten at some length.
      cssTarget: ['chrome123', 'firefox142'],
      modulePreload: false,
      minify: readable ? false : 'oxc',
      // Of tester builds a stack says where; archives leave them out.
      sourcemap: environment !== 'production',
      // Popup and options page are in the manifest; these are known to each other only.
      rolldownOptions: { input: PAGES, output: { codeSplitting: { groups: [popupFirst] } } },
    },
  };
}

const PAGES = ['welcome', 'doctor', 'picture'].map((page) => `src/extension/pages/${page}/index.html`);

function pageFacts({ environment, returnPage }: BuildConfig): PageFacts {
  return {
    environment,
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
export default function fromVariables(): Promise<InlineConfig> {
  const browser = process.env.FXA_BROWSER === 'chromium' ? 'chromium' : 'firefox';
  const environment = process.env.FXA_ENV ?? 'local';
  checkIds(environment);
  return viteConfig({ browser, environment, outDir: `dist/${browser}`, variables: process.env });
}
