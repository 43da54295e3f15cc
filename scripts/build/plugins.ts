// What a build changes on the way from the sources to its folder: see each.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CrxPlugin } from '@crxjs/vite-plugin';
import type { Plugin } from 'vite';

/**
 * Names the pages in a manifest that crxjs has built without them. Otherwise it would build them together with the
 * background, which would then load preact in the file that both share.
 */
export function withPages(members: object): CrxPlugin {
  return { name: 'with-pages', renderCrxManifest: (manifest) => ({ ...manifest, ...members }) };
}

/** Preact can write HTML into a page; this extension never does, and store reviewers need not wonder. */
export function withoutInnerHtml(): Plugin {
  return {
    name: 'without-inner-html',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('/node_modules/preact/dist/preact.')) return null;
      const without = code.replace(/\b\w+\.innerHTML=(?!=)/g, 'void ');
      if (without === code)
        throw new Error(
          'preact no longer writes innerHTML where it used to; look at scripts/build/plugins.ts.',
        );
      return { code: without, map: null };
    },
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

type Messages = Record<string, { message: string; description?: string }>;

/** `description` holds a note, or in a translation the English it was made from: of no use in a browser. */
export function withoutDescriptions(): Plugin {
  return {
    name: 'without-descriptions',
    async writeBundle({ dir = '' }) {
      const locales = join(dir, '_locales');
      for (const locale of await readdir(locales)) {
        const file = join(locales, locale, 'messages.json');
        const messages = JSON.parse(await readFile(file, 'utf8')) as Messages;
        for (const entry of Object.values(messages)) delete entry.description;
        await writeFile(file, `${JSON.stringify(messages, null, 2)}\n`);
      }
    },
  };
}

/** Vite copies `public` as it is; a build that follows changes must follow those, too. */
export function followPublic(): Plugin {
  return {
    name: 'follow-public',
    async buildStart() {
      const { publicDir } = this.environment.config;
      for (const entry of await readdir(publicDir, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) this.addWatchFile(join(entry.parentPath, entry.name));
      }
    },
  };
}
