// Builds the extension for one browser (FXA_BROWSER) and one environment (FXA_ENV). scripts/build.ts runs it for both.
import { crx, type ManifestV3Export } from '@crxjs/vite-plugin';
import preact from '@preact/preset-vite';
import type { InlineConfig, Plugin } from 'vite';
import { buildConfig, type BrowserName, type Variables } from './scripts/environment.ts';
import { manifestFor } from './scripts/manifest.ts';

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
      __ENVIRONMENT__: JSON.stringify(config.environment),
    },
    plugins: [
      preact(),
      withoutInnerHtml(),
      crx({
        manifest: manifestFor(browser, config) as unknown as ManifestV3Export,
        browser: browser === 'firefox' ? 'firefox' : 'chrome',
      }),
    ],
    build: { outDir, emptyOutDir: true, target: 'es2022', modulePreload: false, sourcemap: false },
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

/** For vite itself: `FXA_BROWSER=chromium FXA_ENV=stage npx vite build`. */
export default function fromVariables(): InlineConfig {
  const browser = process.env.FXA_BROWSER === 'chromium' ? 'chromium' : 'firefox';
  const environment = process.env.FXA_ENV ?? 'local';
  return viteConfig({ browser, environment, outDir: `dist/${browser}`, variables: process.env });
}
