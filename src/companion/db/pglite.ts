// The embedded PostgreSQL: zero set-up, one process, and a lock and a log flush that it does not have itself.
import { PGlite, types, type Transaction } from '@electric-sql/pglite';
import { readdir, statfs } from 'node:fs/promises';
import type { Database, Queryable } from './database.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { awayReason, StoreError } from './errors.ts';
import { pglitePool, run } from './pglite-pool.ts';
import { makePrivate, PrivateFolder } from './private-folder.ts';
import { walFlush } from './write-ahead-log.ts';

const KEPT = 'It survives the death of its process; of a power cut no promise is made. For one process';

/** Bytes: a few dozen pages. */
const LEAST_ROOM = 256 * 1024;

/** About what a statement costs before its first row: two that could have been one take longer than this. */
const GATHER_MS = 6;

/** How often the folder is looked at while nothing is asked of the database. */
const CHECK_MS = 1_000;

/**
 * Opens the database in a directory, which is made if need be; without one it lives in memory and ends with the process.
 *
 * @throws StoreError `directory_in_use`, `directory_unlockable`, `directory_foreign`
 */
export async function openPglite(dir?: string): Promise<Database> {
  if (dir === undefined) return database(await create(), IN_MEMORY);
  const lock = await lockDirectory(dir);
  try {
    await refuseForeign(lock.path);
    await makePrivate(lock.path);
    const pglite = await create(new PrivateFolder(lock.path));
    // Making a database is another program of PGlite's, with a file system of its own.
    await makePrivate(lock.path);
    // A new segment of the log, 16 MB of zeros, would be written in the middle of somebody's commit, on this very thread.
    await pglite.exec('set wal_init_zero = off');
    return database(pglite, onDisk(dir, lock));
  } catch (error) {
    lock.release();
    throw error;
  }
}

function create(fs?: PrivateFolder): Promise<PGlite> {
  return PGlite.create({
    ...(fs && { fs }),
    parsers: {
      // As `pg` has them; every instant and counter here is far below 2^53.
      [types.INT8]: Number,
      [types.BYTEA]: (text) => Buffer.from(text.slice(2), 'hex'),
    },
    serializers: { [types.BYTEA]: (bytes: Buffer) => `\\x${bytes.toString('hex')}` },
  });
}

/** A folder with other things in it is not ours to put a database into. */
async function refuseForeign(folder: string): Promise<void> {
  const found = await readdir(folder);
  // Making one may have been cut short, and goes on then.
  const ours =
    found.length === 0 || found.some((name) => name === 'PG_VERSION' || name === 'base' || name === 'global');
  if (ours) return;
  throw new StoreError(
    'directory_foreign',
    `${folder} holds other things than a database: give a folder of its own.`,
  );
}

/** Where the database is, and what that demands. */
interface Place extends Pick<Database, 'kind' | 'description' | 'flush' | 'onLost' | 'hasRoom'> {
  /** @throws StoreError when nothing may be written any more */
  readonly check: () => void;
  readonly leave: () => void;
}

const IN_MEMORY: Place = {
  kind: 'embedded_in_memory',
  description: 'embedded, in memory: it is gone when this process ends',
  check: () => undefined,
  flush: () => Promise.resolve(),
  onLost: () => undefined,
  leave: () => undefined,
};

function onDisk(dir: string, { path, check, release }: DirectoryLock): Place {
  const flushLog = walFlush(path);
  let timer: NodeJS.Timeout | undefined;
  return {
    kind: 'embedded',
    description: `embedded, in ${dir}. ${KEPT}`,
    check,
    flush: async () => {
      check();
      await flushLog();
    },
    hasRoom: () => roomIn(path),
    onLost: (lost) => {
      timer ??= setInterval(() => {
        try {
          check();
        } catch (error) {
          lost(error);
        }
      }, CHECK_MS).unref();
    },
    leave: () => {
      clearInterval(timer);
      release();
    },
  };
}

function database(pglite: PGlite, { check, leave, ...place }: Place): Database {
  return {
    ...queryable(pglite, check),
    transaction: async (work) => {
      check();
      return pglite.transaction((transaction) => work(queryable(transaction, check)));
    },
    listen: async (channel, heard) => {
      await pglite.listen(`"${channel}"`, heard);
    },
    gather: GATHER_MS,
    tidy: async () => {
      await pglite.exec('vacuum (analyze)');
    },
    pool: pglitePool(pglite),
    ...place,
    close: async () => {
      await pglite.close();
      leave();
    },
  };
}

/** Whether the disk has room for more than the pages that are there already. */
async function roomIn(dir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize >= LEAST_ROOM;
}

function queryable(where: Pick<Transaction, 'query' | 'exec'>, check: () => void): Queryable {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      // PGlite opens its files by name: it would go on in whatever is there under the name now.
      check();
      try {
        return (await run(where, text, values)).rows as Row[];
      } catch (error) {
        // PGlite hangs the values on its errors, and errors find their way into logs.
        if (error instanceof Error && 'params' in error) delete error.params;
        const { code } = Object(error) as { readonly code?: unknown };
        const why = typeof code === 'string' ? awayReason(code) : undefined;
        if (why === undefined) throw error;
        throw new StoreError('database_away', 'The database does not answer.', { cause: error, why });
      }
    },
  };
}
