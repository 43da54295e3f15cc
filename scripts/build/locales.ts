// The words of all languages on their way into a build: without what only translators read, and followed while it is watched.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

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

/** Vite copies `public` as it is; a build that follows changes is to follow those as well. */
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
