// Browser profiles live under node_modules, so that browsers which may not read /tmp (snap, flatpak) find them too.
// Each folder carries the process id of its owner in its name, which is how a later run knows what was left behind.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/e2e');

/** A browser that has just ended may still hold a file for a moment, hence the retries. */
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };

let swept = false;

/** A new empty folder for one browser profile or one build; the first one also sweeps away what dead processes left. */
export async function newFolder(name: string, parent = CACHE): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  if (!swept) removeFoldersOf((owner) => !isAlive(owner));
  swept = true;
  return mkdtemp(join(parent, `${name}-${process.pid}-`));
}

export function removeFolder(path: string): Promise<void> {
  return rm(path, REMOVAL);
}

/** Removes, at once, every folder of this process; for its last moment, when nothing can be awaited any more. */
export function removeOwnFolders(): void {
  removeFoldersOf((owner) => owner === process.pid);
}

function removeFoldersOf(fits: (owner: number) => boolean): void {
  for (const entry of existsSync(CACHE) ? readdirSync(CACHE) : []) {
    const owner = /-(\d+)-\w{6}$/.exec(entry)?.[1];
    if (owner !== undefined && fits(Number(owner))) rmSync(join(CACHE, entry), REMOVAL);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that the process runs, as another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
