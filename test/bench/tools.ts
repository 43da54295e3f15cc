// The programs that the bench needs beside Node: found, or installed where that is ours to do.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** By their Debian packages. */
const PACKAGES = { wrk: 'wrk', taskset: 'util-linux', openssl: 'openssl' } as const;
type Tool = keyof typeof PACKAGES;

function isThere(tool: Tool): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function apt(...args: string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr } = spawnSync('apt-get', args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`apt-get ${args[0] ?? ''} failed:\n${stdout}${stderr}`);
}

/**
 * Makes sure of wrk, taskset and openssl. Says what it does when it does anything.
 *
 * @throws Error that says in one line what is missing, and how to get it
 */
export function ensureTools(): void {
  if (process.platform !== 'linux') throw new Error('The bench needs Linux: it ties processes to cores.');
  const missing = () => (Object.keys(PACKAGES) as Tool[]).filter((tool) => !isThere(tool));
  const packages = missing().map((tool) => PACKAGES[tool]);
  if (packages.length === 0) return;
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    console.log(`Installing ${packages.join(' and ')} with apt-get, once …`);
    apt('update', '-qq');
    apt('install', '-qq', '--yes', '--no-install-recommends', ...packages);
  }
  const left = missing();
  if (left.length === 0) return;
  const names = left.map((tool) => PACKAGES[tool]).join(' ');
  throw new Error(`${left.join(' and ')} is missing: install it (Debian: apt-get install ${names}).`);
}
