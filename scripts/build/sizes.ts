// What a person downloads and loads: gzip sizes of a built extension, by following its static imports.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes. `popup` is all it loads to paint, its page and style included. */
export interface Sizes {
  readonly popup: number;
  readonly background: number;
  readonly zip: number;
}

/** `npm run build` warns above these, `npm test` fails. Of the archive a third is the words of all languages. */
export const BUDGETS: Sizes = { popup: 18_000, background: 53_000, zip: 200_000 };

/** Those of a build that asks for scoped keys: it has jose's decryption besides. */
export const BUDGETS_WITH_KEYS: Sizes = { ...BUDGETS, background: 58_500 };

/** A line for each size of a build, called `name`; one above its budget says so. */
export function sizeLines(name: string, sizes: Sizes, budgets = BUDGETS): readonly string[] {
  return (Object.keys(budgets) as (keyof Sizes)[]).map((what) => {
    const kilobytes = `${(sizes[what] / 1000).toFixed(1)} of ${budgets[what] / 1000} kB`;
    const over = sizes[what] > budgets[what] ? '   ⚠ over the budget' : '';
    return `  ${name.padEnd(9)} ${what.padEnd(11)} ${kilobytes}${over}`;
  });
}

interface BuiltManifest {
  readonly action: { readonly default_popup: string };
  readonly background: { readonly service_worker?: string; readonly scripts?: readonly string[] };
}

export function builtManifest(outDir: string): BuiltManifest {
  return JSON.parse(readFileSync(join(outDir, 'manifest.json'), 'utf8')) as BuiltManifest;
}

/** All files the popup loads before it paints, by path. */
export function popupFiles(outDir: string): readonly string[] {
  return pageFiles(outDir, builtManifest(outDir).action.default_popup);
}

/** The same of any page, by its path in the extension. */
export function pageFiles(outDir: string, path: string): readonly string[] {
  const page = join(outDir, path);
  const html = readFileSync(page, 'utf8');
  const loaded = [...html.matchAll(/(?:src|href)="\/?([^"]+\.(?:js|css))"/g)].map(([, path]) =>
    join(outDir, path ?? ''),
  );
  return [page, ...new Set(loaded.flatMap((file) => withImports(file)))];
}

/** All script a page may ever load, what it loads later included. */
export function pageScripts(outDir: string, path: string): readonly string[] {
  const [, ...loaded] = pageFiles(outDir, path);
  const seen = new Set<string>();
  for (const file of loaded) withImports(file, seen, ANY_IMPORT);
  return [...seen].filter((file) => file.endsWith('.js'));
}

export function backgroundFiles(outDir: string): readonly string[] {
  const { service_worker, scripts } = builtManifest(outDir).background;
  const entry = service_worker ?? scripts?.[0];
  if (entry === undefined) throw new Error(`No background in ${outDir}`);
  return withImports(join(outDir, entry));
}

export function measure(outDir: string, zip: string): Sizes {
  return {
    popup: gzipped(popupFiles(outDir)),
    background: gzipped(backgroundFiles(outDir)),
    zip: statSync(zip).size,
  };
}

function gzipped(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
}

const STATIC_IMPORT = /(?:\bfrom|\bimport)\s*["'](\.{0,2}\/[^"']+\.js)["']/g;
const ANY_IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["'`](\.{0,2}\/[^"'`]+\.js)["'`]/g;

/** A file and everything it imports, once each. */
function withImports(file: string, seen = new Set<string>(), kind = STATIC_IMPORT): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(kind)];
  return [file, ...imports.flatMap(([, path]) => withImports(join(dirname(file), path ?? ''), seen, kind))];
}
