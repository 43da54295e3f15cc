// What a person downloads and loads: gzip sizes of a built extension, by following its static imports.
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BuildConfig } from '../src/extension/config.ts';

/** Bytes. `popup` is all it loads to paint, its page and style included. */
export interface Sizes {
  readonly popup: number;
  readonly background: number;
  readonly zip: number;
}

/** Of the archive a third is the words of all languages. */
const BUDGETS: Sizes = { popup: 14_000, background: 30_000, zip: 180_000 };

/** What jose's JWE may add: nobody pays for it who does not ask for keys. */
const KEYS_BUDGET = 5_500;

/** How much a build may weigh. One that asks for encryption keys must be able to open them, and may weigh that more. */
export function budgetsFor({ keyScopes }: Pick<BuildConfig, 'keyScopes'>): Sizes {
  return keyScopes === undefined ? BUDGETS : { ...BUDGETS, background: BUDGETS.background + KEYS_BUDGET };
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
