// The embedded PostgreSQL (PGlite): no setup, one process, with the folder lock and the flush of the write-ahead log that it lacks.
import { PGlite, types, type PGliteOptions, type Transaction } from '@electric-sql/pglite';
import { readdir, statfs } from 'node:fs/promises';
import type { Database, Queryable } from './database.ts';
import { lockDirectory, type DirectoryLock } from './directory-lock.ts';
import { awayReason, StoreError } from './errors.ts';
import { ACCOUNT_CHANNEL } from './notifications.ts';
import { pglitePool, run } from './pglite-pool.ts';
import { makePrivate, PrivateFolder } from './private-folder.ts';
import { walFlush } from './write-ahead-log.ts';

/** A few dozen pages. */
const MIN_FREE_BYTES = 256 * 1024;

/** How long a batch waits for further items (`BatchOptions.gather`): about what one more statement would cost. */
const GATHER_MS = 6;

/** How often the folder is checked between statements. */
const CHECK_MS = 1_000;

/**
 * Opens the database in a directory, creating it if needed; without one it lives in memory until the process ends, and
 * may begin with a dump, which saves the seconds of creating it.
 *
 * @throws StoreError `directory_in_use`, `directory_unlockable`, `directory_foreign`
 */
export async function openPglite(dir?: string, dump?: Blob): Promise<Database> {
  if (dir === undefined) return database(await create(dump && { loadDataDir: dump }));
  const lock = await lockDirectory(dir);
  try {
    await refuseForeign(lock.path);
    await makePrivate(lock.path);
    const pglite = await create({ fs: new PrivateFolder(lock.path) });
    // PGlite creates a database with a separate program, whose files have other modes.
    await makePrivate(lock.path);
    // Otherwise each new 16 MB log segment would be zero-filled during a commit, on this thread.
    await pglite.exec('set wal_init_zero = off');
    return database(pglite, dir, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function create(where: Pick<PGliteOptions, 'fs' | 'loadDataDir'> = {}): Promise<PGlite> {
  return PGlite.create({
    ...where,
    parsers: {
      // As `pg` parses them; instants and counters here are far below 2^53.
      [types.INT8]: Number,
      [types.BYTEA]: (text) => Buffer.from(text.slice(2), 'hex'),
    },
    serializers: { [types.BYTEA]: (bytes: Buffer) => `\\x${bytes.toString('hex')}` },
  });
}

/** Refuses a folder that holds other files. */
async function refuseForeign(folder: string): Promise<void> {
  const found = await readdir(folder);
  // Creating a database may have been interrupted; then it continues.
  const ours =
    found.length === 0 || found.some((name) => name === 'PG_VERSION' || name === 'base' || name === 'global');
  if (ours) return;
  throw new StoreError(
    'directory_foreign',
    `${folder} contains files that are not a database: choose an empty folder.`,
  );
}

/** `lock`: of the folder; without one the database is in memory. */
function database(pglite: PGlite, dir?: string, lock?: DirectoryLock): Database {
  const check = lock?.check ?? (() => undefined);
  const flushLog = lock && walFlush(lock.path);
  let timer: NodeJS.Timeout | undefined;
  return {
    ...queryable(pglite, check),
    transaction: async (work) => {
      check();
      return pglite.transaction((transaction) => work(queryable(transaction, check)));
    },
    listen: async (onNotification) => {
      await pglite.listen(`"${ACCOUNT_CHANNEL}"`, onNotification);
    },
    flush: async () => {
      check();
      await flushLog?.();
    },
    ...(lock && { hasRoom: () => roomIn(lock.path) }),
    gather: GATHER_MS,
    tidy: async () => {
      await pglite.exec('vacuum (analyze)');
    },
    pool: pglitePool(pglite),
    kind: lock ? 'embedded' : 'embedded_in_memory',
    description: lock
      ? `embedded, in ${dir}. Survives the end of its process, but not necessarily a power cut. For one process`
      : 'embedded, in memory: lost when this process ends',
    onLost: (onLoss) => {
      timer ??= setInterval(() => {
        try {
          check();
        } catch (error) {
          onLoss(error);
        }
      }, CHECK_MS).unref();
    },
    close: async () => {
      await pglite.close();
      clearInterval(timer);
      lock?.release();
    },
  };
}

/** Whether the disk has room for more pages. */
async function roomIn(dir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize >= MIN_FREE_BYTES;
}

/** `check` throws a StoreError when nothing may be written anymore. */
function queryable(where: Pick<Transaction, 'query' | 'exec'>, check: () => void): Queryable {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
      // First, since PGlite opens files by name, also in a folder that has taken this one's place.
      check();
      try {
        return (await run(where, text, values)).rows as Row[];
      } catch (error) {
        // PGlite attaches statement values to its errors, which must not reach a log.
        if (error instanceof Error && 'params' in error) delete error.params;
        const { code } = Object(error) as { readonly code?: unknown };
        const why = typeof code === 'string' ? awayReason(code) : undefined;
        if (why === undefined) throw error;
        throw new StoreError('database_away', 'The database does not answer.', { cause: error, why });
      }
    },
  };
}
