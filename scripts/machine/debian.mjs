// Programs that tests need and Debian packs: found on this machine, or installed where that is ours to do. Plain Node.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter } from 'node:path';

const isRoot = () => process.getuid?.() === 0;

export function canRun(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const pathFolders = () => (process.env.PATH ?? '').split(delimiter).filter(Boolean);

/**
 * Finds a program, or installs its package where apt-get is at hand and we are root. Says what it does when it does
 * anything. The package's own service is not used, and not started where that can be helped.
 *
 * @param {{ find: () => string | undefined, name: string, packed: string, site: string }} program
 * @returns {string} what `find` found
 * @throws Error that says in one line how to get it
 */
export function ensureProgram({ find, name, packed, site }) {
  const there = find();
  if (there !== undefined) return there;
  if (process.platform === 'linux' && isRoot() && canRun('/usr/bin/apt-get')) {
    console.log(`Installing ${name} with apt-get, once …`);
    apt('update', '-qq');
    apt('install', '-qq', '--yes', '--no-install-recommends', packed);
  }
  const now = find();
  if (now === undefined)
    throw new Error(`${name} is missing: install it (Debian: apt-get install ${packed}; others: ${site}).`);
  return now;
}

/** Quiet, unless it fails. Services are not started in run level 1. */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const { status, stdout, stderr } = spawnSync('apt-get', args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`apt-get ${args[0]} failed:\n${stdout}${stderr}`);
}

/** The user of programs that refuse to run as root, as options of `spawn`. */
export function unprivileged() {
  if (!isRoot()) return {};
  const id = (flag, name) => spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim();
  const name = ['postgres', 'nobody'].find((candidate) => id('-u', candidate) !== '');
  if (name === undefined)
    throw new Error('There is no user to run PostgreSQL as: it refuses to run as root.');
  return { uid: Number(id('-u', name)), gid: Number(id('-g', name)) };
}
