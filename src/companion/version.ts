// The running version, for `/__version__`: from the file the build wrote, or else from package.json.
import { readFileSync } from 'node:fs';

const UNKNOWN = { source: '', version: '', commit: '', build: '' };
export type Version = Readonly<typeof UNKNOWN>;

/** Never throws: a companion without version information still serves. */
export function readVersion(): Version {
  const written = readJson('./version.json');
  if (written) return { ...UNKNOWN, ...written };
  const { version } = (readJson('../../package.json') ?? {}) as { version?: string };
  return { ...UNKNOWN, version: version ?? '' };
}

function readJson(path: string): Partial<Version> | undefined {
  try {
    return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Partial<Version>;
  } catch {
    return undefined;
  }
}
