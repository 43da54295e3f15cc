// Makes a fresh machine ready: Node's version, the packages and, where asked, PostgreSQL with PgBouncer, Prometheus,
// and the two browsers. Plain Node, no packages, quiet when nothing is missing. It runs before the npm scripts, which
// therefore work on a fresh clone. Scripts that need a browser ask `ensureBrowsers` themselves: npm hands the arguments
// of `npm test -- --skip-e2e` to the script alone, never to its pre-script, so nothing here could know of them.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureBrowsers } from './browsers.mjs';
import { ensurePgbouncer } from './pgbouncer.mjs';
import { ensurePostgres } from './postgres.mjs';
import { ensurePrometheus } from './prometheus.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** vite, the most demanding of our tools, sets these. */
function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (fits) return;
  throw new Error(
    `This needs Node.js 20.19 or newer (of the 22 line, 22.12 or newer), and this is ${process.versions.node}. ` +
      'Get a newer one from https://nodejs.org.',
  );
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(root + path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** npm notes in node_modules what it has put there; that is compared with what package-lock.json asks for. */
function packagesAreThere() {
  const required = readLock('package-lock.json');
  const present = readLock('node_modules/.package-lock.json');
  if (required === undefined)
    throw new Error('package-lock.json is missing or damaged; take it from the repository.');
  if (present === undefined) return false;
  // What is optional may be meant for another platform, but for what package.json names itself.
  const ours = Object.keys(required[''].optionalDependencies ?? {}).map((name) => `node_modules/${name}`);
  return Object.entries(required).every(([path, { version, optional, devOptional }]) => {
    // The root has no entry there.
    if (path === '') return true;
    const found = present[path];
    if (found !== undefined) return found.version === version;
    return Boolean(optional || devOptional) && !ours.includes(path);
  });
}

function installPackages() {
  console.log('Installing the packages with npm ci, once; this takes a minute or less …');
  const start = Date.now();
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0)
    throw new Error('npm ci failed; what it says above is the reason. Mostly it is the network.');
  console.log(`Done after ${Math.round((Date.now() - start) / 1000)} s.`);
}

try {
  checkNode();
  if (!packagesAreThere()) installPackages();
  if (process.argv.includes('--postgres')) {
    ensurePostgres();
    ensurePgbouncer();
    ensurePrometheus('promtool');
  }
  if (process.argv.includes('--browsers')) ensureBrowsers(['firefox', 'chromium']);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
