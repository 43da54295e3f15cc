// Lock files of earlier versions, in or beside the embedded database's folder: respected while their process lives,
// else removed.
import { readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { StoreError } from './errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time in kernel ticks, because pids are reused; null without /proc. */
  readonly started: string | null;
}

/**
 * Call with the folder locked. An earlier version in another container can't be told from one that has exited.
 *
 * @param given the path as configured, to which earlier versions appended
 * @throws StoreError `directory_in_use`
 */
export async function refuseEarlierVersion(given: string, path: string): Promise<void> {
  const files = new Set([given, `${given}/`, path, `${path}/`].map((name) => `${name}.lock`));
  for (const file of files) {
    const holder = parse(await contentOf(file));
    if (holder === undefined) continue;
    if (await isAlive(holder)) {
      throw new StoreError(
        'directory_in_use',
        `Process ${holder.pid}, an earlier version, has the database in ${given} open. Stop it first.`,
      );
    }
    // The folder may not be writable; a leftover file does no harm.
    await unlink(file).catch(() => undefined);
  }
}

async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const stat = await contentOf(`/proc/${pid}/stat`);
  // proc(5): the second field, the program's name, may hold spaces and brackets. The 3rd is the state, the 22nd the start.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return true;
  const isDead = fields[0] === 'Z' || fields[0] === 'X';
  return !isDead && (started === null || fields[19] === started);
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function parse(content: string | undefined): Holder | undefined {
  if (content === undefined) return undefined;
  try {
    const { pid, host, started } = Object(JSON.parse(content)) as Partial<Holder>;
    const isHolder = Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string';
    return isHolder ? { pid: Number(pid), host, started: started ?? null } : undefined;
  } catch {
    return undefined;
  }
}
