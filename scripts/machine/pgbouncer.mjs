// Finds PgBouncer on this machine, installs it where that is ours to do, and starts throw-away ones. Plain Node.
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout } from 'node:timers';
import { canRun, ensureProgram, pathFolders, unprivileged } from './debian.mjs';
import { freePort } from './free-port.mjs';

const START_MS = 60_000;

const lookForPgbouncer = () =>
  ['/usr/sbin', ...pathFolders()].map((folder) => join(folder, 'pgbouncer')).find(canRun);

/**
 * Makes sure that PgBouncer is there.
 *
 * @returns {string} its path
 * @throws Error that says in one line how to get it
 */
export function ensurePgbouncer() {
  return ensureProgram({
    find: lookForPgbouncer,
    name: 'PgBouncer',
    packed: 'pgbouncer',
    site: 'https://www.pgbouncer.org',
  });
}

/**
 * Starts one before a server, on 127.0.0.1 and a free port. All that can keep its default does: session mode above all.
 *
 * @param {string} serverUrl
 * @returns {Promise<import('./pgbouncer.d.mts').RunningPgbouncer>}
 * @throws Error as `ensurePgbouncer`, or with what PgBouncer said
 */
export async function startPgbouncer(serverUrl) {
  const program = ensurePgbouncer();
  const user = unprivileged();
  const server = new URL(serverUrl);
  const folder = mkdtempSync(join(tmpdir(), 'companion-pgbouncer-'));
  const port = await freePort();
  const users = join(folder, 'users');
  const settings = join(folder, 'pgbouncer.ini');
  writeFileSync(users, `"${server.username}" "${server.password}"\n`, { mode: 0o600 });
  writeFileSync(
    settings,
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_file = ${users}
`,
  );
  if (user.uid !== undefined)
    for (const path of [folder, users, settings]) chownSync(path, user.uid, user.gid);
  const child = spawn(program, [settings], {
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    ...user,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const discard = () => rmSync(folder, { recursive: true, force: true });
  const atExit = () => {
    child.kill('SIGKILL');
    discard();
  };
  process.once('exit', atExit);
  await launched(child);
  return {
    before: (url) => Object.assign(new URL(url), { host: `127.0.0.1:${port}` }).href,
    stop: async () => {
      process.removeListener('exit', atExit);
      if (child.exitCode === null && child.signalCode === null) {
        const exit = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await exit;
      }
      discard();
    },
  };
}

/** Resolves when it takes connections. */
function launched(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why) => {
      clearTimeout(timer);
      reject(new Error(`PgBouncer did not start: ${why}\n${said}`));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('it takes too long');
    }, START_MS);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`exit code ${code}`));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-10_000);
      if (!said.includes('process up')) return;
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
