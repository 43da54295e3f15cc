// Processes that lock a folder, for the lock tests: in a given folder, as a user, or in their own namespaces.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

export const PATIENCE_MS = 300_000;

export const IN_USE = /^directory_in_use: Another process has the database in .* open/;

export interface Locker {
  readonly child: ChildProcess;
  /** "locked", or why not. */
  readonly said: string;
  /** "held", or why no longer. */
  readonly ask: () => Promise<string>;
}

export interface How {
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Arguments of unshare(1); the last is a script with node, program and folder as $1, $2 and $3. */
  readonly unshared?: readonly string[];
}

export async function start(dir: string, { unshared, ...options }: How = {}): Promise<Locker> {
  const command = [process.execPath, paths.program, dir];
  const [file = '', ...args] = unshared === undefined ? command : ['unshare', ...unshared, 'sh', ...command];
  const child = spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  paths.children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  return {
    child,
    said: await next(),
    ask: () => {
      child.stdin.write('?\n');
      return next();
    },
  };
}

export function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

/** Shared by the tests of a file. */
export const paths = {
  program: '',
  /** A folder per test. */
  folder: '',
  /** The folder to lock, not created yet. */
  db: '',
  children: [] as ChildProcess[],
};

/** Builds the program once, gives each test a folder, and ends the processes it started. */
export function withLockers(): void {
  let programs: string;
  beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), 'companion-lock-program-'));
    await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        ssr: fileURLToPath(new URL('lock-and-wait.ts', import.meta.url)),
        outDir: programs,
        emptyOutDir: false,
        target: 'node20',
        rolldownOptions: { output: { entryFileNames: 'lock-and-wait.mjs' } },
      },
    });
    paths.program = join(programs, 'lock-and-wait.mjs');
    await chmod(programs, 0o755);
  }, PATIENCE_MS);
  afterAll(() => rm(programs, { recursive: true, force: true }));

  beforeEach(async () => {
    paths.folder = await mkdtemp(join(tmpdir(), 'companion-lock-'));
    await chmod(paths.folder, 0o755);
    paths.db = join(paths.folder, 'db');
  });
  afterEach(async () => {
    await Promise.all(paths.children.splice(0).map((child) => ended(child, 'SIGKILL')));
    await rm(paths.folder, { recursive: true, force: true });
  });
}

export /** With `--fork` the process is a child of the one that was started; where it has pid 1, only the kernel's kill ends it. */
async function endInside(child: ChildProcess): Promise<void> {
  const inner = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  for (const pid of inner.split(' ').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
  await ended(child, 'SIGKILL');
}
