// Which version runs, for `/__version__`: what the build wrote beside its entry, or else what the sources say.
import { readFileSync } from 'node:fs';
import type { Version } from './operations/dockerflow.ts';

const UNKNOWN: Version = { source: '', version: '', commit: '', build: '' };

/** Never fails: a companion that does not know its version serves all the same. */
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
