// The pages of the extension: every folder of src/extension/pages with an `index.html` is one.
import { existsSync, readdirSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** Where a page is, in the sources as in a build. */
export const pagePath = (page: string): string => `src/extension/pages/${page}/index.html`;

export const PAGES: readonly string[] = readdirSync(new URL('src/extension/pages', root)).filter((name) =>
  existsSync(new URL(pagePath(name), root)),
);
