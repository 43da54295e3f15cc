// One process at a time in the directory of the embedded database, which has no lock of its own: two would destroy it in silence.
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError } from './errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** In the kernel's ticks; null where there is no /proc. A pid comes round again, a pid and its start do not. */
  readonly started: string | null;
}

/** How often, and how many milliseconds apart, one looks whether somebody else is done with taking over. */
const GUARD_TRIES = 40;
const GUARD_MS = 50;

/**
 * Takes the lock file beside a directory; the lock of a process that is dead is taken over.
 *
 * @returns what releases it
 * @throws StoreError `directory_in_use`
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = `${directory}.lock`;
  const mine = JSON.stringify(await thisProcess());
  // Complete before it is there under its name: nobody reads half a lock.
  const draft = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, mine, { flag: 'wx' });
  try {
    while (!(await placed(draft, path))) {
      await refuseLiving(path, directory);
      await removeDead(draft, path, directory);
    }
  } finally {
    await unlink(draft);
  }
  return async () => {
    if ((await contentOf(path)) === mine) await unlink(path);
  };
}

async function placed(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** One at a time, so that what is removed is still the lock that was looked at. */
async function removeDead(draft: string, path: string, directory: string): Promise<void> {
  const guard = `${path}.guard`;
  for (let tries = 1; !(await placed(draft, guard)); tries += 1) {
    if (tries === GUARD_TRIES) {
      throw inUse(`Somebody else is taking over ${directory}. Delete ${guard} if no process does.`);
    }
    await sleep(GUARD_MS);
    if (!(await refuseLiving(path, directory))) return;
  }
  try {
    if (await refuseLiving(path, directory)) await unlink(path);
  } finally {
    await unlink(guard);
  }
}

/** Whether there is a lock, and then a dead one. */
async function refuseLiving(path: string, directory: string): Promise<boolean> {
  const content = await contentOf(path);
  if (content === undefined) return false;
  const holder = parse(content);
  if (holder === undefined) {
    throw inUse(`${path} is no lock of the companion's. Delete it if no process uses ${directory}.`);
  }
  const { pid, host, started } = holder;
  if (host !== hostname()) {
    throw inUse(
      `Process ${pid} on ${host} has the database in ${directory} open. Delete ${path} if that process is gone.`,
    );
  }
  if (!isAlive(pid)) return true;
  const now = await startOf(pid);
  if (started !== null && now !== null && now !== started) return true;
  throw inUse(
    `Process ${pid} has the database in ${directory} open. Stop it first, or set DATABASE_URL and share a server.`,
  );
}

const inUse = (message: string) => new StoreError('directory_in_use', message);

async function thisProcess(): Promise<Holder> {
  return { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/** proc(5): the 22nd field of `stat`; the second one, the program's name, may hold spaces and brackets. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await contentOf(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(content: string): Holder | undefined {
  try {
    const { pid, host, started } = JSON.parse(content) as Partial<Holder>;
    const known = Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string';
    return known ? { pid: Number(pid), host, started: started ?? null } : undefined;
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
