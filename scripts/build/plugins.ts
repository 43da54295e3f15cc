// What a build leaves out of its sources, or has twice: see each.
import type { Plugin } from 'vite';

/** Preact can write HTML into a page; this extension never does, and store reviewers need not wonder. */
export function withoutInnerHtml(): Plugin {
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

/** What pages load from elsewhere is made for them, or small. */
const PAGES = '/src/extension/pages/';
const COPY = '?page';

/**
 * Duplicates modules that both background and pages use. As shared chunks they would be more files to load before the
 * popup paints, and compress worse than the duplication costs.
 */
export function withOwnCopies(): Plugin {
  return {
    name: 'with-own-copies',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (importer === undefined || !(importer.endsWith(COPY) || importer.includes(PAGES))) return null;
      const found = await this.resolve(source, importer.replace(COPY, ''), { skipSelf: true });
      if (!found || !/\/src\/.*\.ts$/.test(found.id) || found.id.includes(PAGES)) return found;
      return found.id + COPY;
    },
  };
}

/**
 * webextension-polyfill turns callbacks into promises where a browser does not. Firefox never needed it, and Chromium
 * does not since its Manifest V3 answers with promises by itself; messages are answered by `sendResponse` and `return
 * true`, which both know. In a build it would be 3 kB for each page and for the background, of which nothing has an
 * effect: so a build takes the browser's own namespace. The sources keep importing the polyfill, for its types and for
 * browsers that need it.
 */
export function withNativeBrowser(): Plugin {
  const own = '\0native-browser';
  return {
    name: 'with-native-browser',
    enforce: 'pre',
    resolveId: (id, importer) => {
      if (id !== 'webextension-polyfill') return null;
      return importer?.endsWith(COPY) ? own + COPY : own;
    },
    load: (id) =>
      id.replace(COPY, '') === own ? 'export default globalThis.browser ?? globalThis.chrome;' : null,
  };
}

/**
 * Vite loads the styles and scripts of what is loaded later ahead of it. Here that is one small file, and has no style.
 */
export function withoutPreloading(): Plugin {
  return {
    name: 'without-preloading',
    enforce: 'pre',
    load: (id) =>
      id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null,
  };
}
