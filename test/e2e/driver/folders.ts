// Browser profiles live under node_modules, so that browsers which may not read /tmp (snap, flatpak) find them too.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/e2e');

/** A new empty folder for one browser profile or one build. */
export async function newFolder(name: string): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  return mkdtemp(join(CACHE, `${name}-`));
}

/** Removes it; a browser that has just ended may still hold a file for a moment, hence the retries. */
export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
