// Builds the extension for one browser (FXA_BROWSER) and one environment (FXA_ENV). scripts/build.ts runs it for both.
import { crx, type ManifestV3Export } from '@crxjs/vite-plugin';
import preact from '@preact/preset-vite';
import type { InlineConfig, Plugin } from 'vite';
import { buildConfig, type BrowserName, type Variables } from './scripts/environment.ts';
import { manifestFor } from './scripts/manifest.ts';
import type { BuildConfig } from './src/extension/config.ts';
import type { PageFacts } from './src/extension/page-facts.ts';
import { returnPagePattern } from './src/extension/return-page.ts';

export interface BuildOptions {
  readonly browser: BrowserName;
  readonly environment: string;
  readonly outDir: string;
  readonly variables: Variables;
}

export function viteConfig({ browser, environment, outDir, variables }: BuildOptions): InlineConfig {
  const config = buildConfig(environment, browser, variables);
  return {
    configFile: false,
    define: {
      __BUILD__: JSON.stringify(config),
      __PAGE_FACTS__: JSON.stringify(pageFacts(config)),
      // A literal, so that a build without key scopes is without the code for keys as well.
      __SCOPED_KEYS__: JSON.stringify(config.keyScopes !== undefined),
    },
    plugins: [
      preact(),
      withoutInnerHtml(),
      withNativeBrowser(),
      crx({
        manifest: manifestFor(browser, config) as unknown as ManifestV3Export,
        browser: browser === 'firefox' ? 'firefox' : 'chrome',
      }),
    ],
    build: { outDir, emptyOutDir: true, target: 'es2022', modulePreload: false, sourcemap: false },
  };
}

function pageFacts({ environment, endpoints, returnPage }: BuildConfig): PageFacts {
  return {
    environment,
    ...(endpoints && { connectedServices: endpoints.settings }),
    ...(returnPage !== undefined && { returnPagePattern: returnPagePattern(returnPage) }),
  };
}

/** Preact can write HTML into a page; this extension never does, and store reviewers need not wonder. */
function withoutInnerHtml(): Plugin {
  return {
    name: 'without-inner-html',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/node_modules/preact/dist/preact.')) return null;
      const without = code.replace(/\b\w+\.innerHTML=(?!=)/g, 'void ');
      if (without === code)
        throw new Error('preact no longer writes innerHTML where it used to; look at vite.config.ts.');
      return { code: without, map: null };
    },
  };
}

/**
 * webextension-polyfill turns callbacks into promises where a browser does not. Firefox never needed it, and Chromium does
 * not since its Manifest V3 answers with promises by itself; messages are answered by `sendResponse` and `return true`, which
 * both know. In a build it would be 3 kB for each page and for the background, of which nothing has an effect: so a build
 * takes the browser's own namespace. The sources keep importing the polyfill, for its types and for browsers that need it.
 */
function withNativeBrowser(): Plugin {
  const own = '\0native-browser';
  return {
    name: 'with-native-browser',
    enforce: 'pre',
    resolveId: (id) => (id === 'webextension-polyfill' ? own : null),
    load: (id) => (id === own ? 'export default globalThis.browser ?? globalThis.chrome;' : null),
  };
}

/** For vite itself: `FXA_BROWSER=chromium FXA_ENV=stage npx vite build`. */
export default function fromVariables(): InlineConfig {
  const browser = process.env.FXA_BROWSER === 'chromium' ? 'chromium' : 'firefox';
  const environment = process.env.FXA_ENV ?? 'local';
  return viteConfig({ browser, environment, outDir: `dist/${browser}`, variables: process.env });
}
