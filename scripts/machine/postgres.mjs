// Finds PostgreSQL on this machine, installs it where that is ours to do, and starts throw-away servers of it. Plain Node.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { canRun, ensureProgram, pathFolders, unprivileged } from './debian.mjs';
import { freePort } from './free-port.mjs';

const DEBIAN = '/usr/lib/postgresql';
const PROGRAMS = ['initdb', 'postgres'];
const START_MS = 60_000;

/** Debian keeps every version in a folder of its own, and none of them in the path. */
function debianFolders() {
  try {
    const versions = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(DEBIAN, version, 'bin'));
  } catch {
    return [];
  }
}

/**
 * The folder of PostgreSQL's programs, or undefined.
 *
 * @returns {string | undefined}
 */
export function lookForPostgres() {
  const folders = [...debianFolders(), ...pathFolders()];
  return folders.find((folder) => PROGRAMS.every((program) => canRun(join(folder, program))));
}

/**
 * Makes sure that PostgreSQL is there.
 *
 * @returns {string} the folder of its programs
 * @throws Error that says in one line how to get it
 */
export function ensurePostgres() {
  return ensureProgram({
    find: lookForPostgres,
    name: 'PostgreSQL',
    packed: 'postgresql',
    site: 'https://www.postgresql.org/download/',
  });
}

/**
 * Starts a server of its own in a temporary folder, on 127.0.0.1 and a free port, with a random password. It writes to the
 * disk as a real one does; `settings` are more of its own (`{ fsync: 'off' }`).
 * With POSTGRES_TEMPLATE, a folder that PostgreSQL's user may enter, `initdb` runs once: each server begins with a copy.
 *
 * @param {{ settings?: Readonly<Record<string, string>>, parentFolder?: string }} [options]
 * @returns {Promise<import('./postgres.d.mts').RunningPostgres>}
 * @throws Error as `ensurePostgres`, or with what PostgreSQL said
 */
export async function startPostgres({ settings = {}, parentFolder = tmpdir() } = {}) {
  const programs = ensurePostgres();
  const user = unprivileged();
  const folder = makeFolder(join(parentFolder, 'companion-postgres-'), user);
  const cluster = clusterIn(folder);
  const port = await freePort();
  const run = { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, ...user };
  const template = process.env.POSTGRES_TEMPLATE;
  const password = template
    ? copyCluster(template, cluster, programs, run)
    : initialize(cluster, programs, run);

  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    ...settings,
  };
  const args = [
    '-D',
    cluster.data,
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const launch = () =>
    launched(spawn(join(programs, 'postgres'), args, { ...run, stdio: ['ignore', 'ignore', 'pipe'] }));
  let server = await launch();

  const discard = () => rmSync(folder, { recursive: true, force: true });
  const atExit = () => {
    server.kill('SIGKILL');
    discard();
  };
  process.once('exit', atExit);

  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      process.removeListener('exit', atExit);
      await ended(server, () => server.kill('SIGINT'));
      discard();
    },
    kill9: () =>
      ended(server, () => {
        for (const pid of [server.pid, ...childrenOf(server.pid)]) kill(pid);
      }),
    freeze: () => {
      for (const pid of [server.pid, ...childrenOf(server.pid)]) kill(pid, 'SIGSTOP');
    },
    thaw: () => {
      for (const pid of [...childrenOf(server.pid), server.pid]) kill(pid, 'SIGCONT');
    },
    thawPostmaster: () => kill(server.pid, 'SIGCONT'),
    restart: async () => {
      await ended(server, () => server.kill('SIGINT'));
      server = await relaunched(launch);
    },
  };
}

/** Makes a cluster with `initdb`; returns the password of its superuser. */
function initialize({ data, passwordFile }, programs, run) {
  const password = randomBytes(12).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (run.uid !== undefined) chownSync(passwordFile, run.uid, run.gid);
  const superuser = ['-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile];
  runToEnd(join(programs, 'initdb'), ['-D', data, ...superuser, '-E', 'UTF8', '--no-sync'], run);
  return password;
}

/** Copies the cluster in the folder `template`, which is much quicker; makes that one first if there is none yet. */
function copyCluster(template, { data }, programs, run) {
  const kept = clusterIn(join(template, 'cluster'));
  if (!existsSync(kept.data)) {
    const folder = makeFolder(join(template, 'made-'), run);
    initialize(clusterIn(folder), programs, run);
    try {
      renameSync(folder, join(template, 'cluster'));
    } catch (error) {
      // Another process was quicker.
      if (!existsSync(kept.data)) throw error;
    }
  }
  runToEnd('cp', ['-a', kept.data, data], run);
  return readFileSync(kept.passwordFile, 'utf8');
}

const clusterIn = (folder) => ({ data: join(folder, 'data'), passwordFile: join(folder, 'password') });

function makeFolder(prefix, { uid, gid }) {
  const folder = mkdtempSync(prefix);
  if (uid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

function runToEnd(program, args, options) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed:\n${error?.message ?? `${stdout}${stderr}`}`);
}

/** Resolves when it takes connections. */
function launched(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => {
      server.kill('SIGKILL');
      fail('it takes too long');
    }, START_MS);
    const fail = (why) => {
      clearTimeout(timer);
      reject(new Error(`PostgreSQL did not start: ${why}\n${said}`));
    };
    server.once('error', (error) => fail(error.message));
    server.once('exit', (code) => fail(`exit code ${code}`));
    server.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000);
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      resolve(server);
    });
  });
}

/** The processes of a server that was killed go one after the other, and the next one waits for the last of them. */
async function relaunched(launch) {
  for (const patience of [50, 100, 200, 400, 800, 1600]) {
    try {
      return await launch();
    } catch {
      await sleep(patience);
    }
  }
  return launch();
}

async function ended(server, end) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((resolve) => server.once('exit', resolve));
  end();
  await exit;
}

function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

function kill(pid, signal = 'SIGKILL') {
  try {
    process.kill(pid, signal);
  } catch {
    // It was quicker.
  }
}
