// The embedded PostgreSQL: zero set-up, one process, and a lock and a log flush that it does not have itself.
import { PGlite, types, type Transaction } from '@electric-sql/pglite';
import { mkdir, readdir } from 'node:fs/promises';
import type { Database, Queryable } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { awayReason, StoreError } from './errors.ts';
import { pglitePool, run } from './pglite-pool.ts';
import { walFlush } from './write-ahead-log.ts';

const KEPT = 'It survives the death of its process; of a power cut no promise is made. For one process';

/** About what a statement costs before its first row: two that could have been one take longer than this. */
const GATHER_MS = 6;

/**
 * Opens the database in a directory, which is made if need be; without one it lives in memory and ends with the process.
 *
 * @throws StoreError `directory_in_use`, `directory_foreign`
 */
export async function openPglite(dir?: string): Promise<Database> {
  const release = dir === undefined ? undefined : await lockDirectory(dir);
  try {
    if (dir !== undefined) await ownFolder(dir);
    const pglite = await PGlite.create({
      ...(dir !== undefined && { dataDir: dir }),
      parsers: {
        // As `pg` has them; every instant and counter here is far below 2^53.
        [types.INT8]: Number,
        [types.BYTEA]: (text) => Buffer.from(text.slice(2), 'hex'),
      },
      serializers: { [types.BYTEA]: (bytes: Buffer) => `\\x${bytes.toString('hex')}` },
    });
    // A new segment of the log, 16 MB of zeros, would be written in the middle of somebody's commit, on this very thread.
    await pglite.exec('set wal_init_zero = off');
    return database(pglite, dir, release);
  } catch (error) {
    await release?.();
    throw error;
  }
}

/** Made if need be. A folder with other things in it is not ours to put a database into. */
async function ownFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const found = await readdir(dir);
  // Making one may have been cut short, and goes on then.
  const ours =
    found.length === 0 || found.some((name) => name === 'PG_VERSION' || name === 'base' || name === 'global');
  if (ours) return;
  throw new StoreError(
    'directory_foreign',
    `${dir} holds other things than a database: give a folder of its own.`,
  );
}

function database(
  pglite: PGlite,
  dir: string | undefined,
  release: (() => Promise<void>) | undefined,
): Database {
  return {
    ...queryable(pglite),
    transaction: (work) => pglite.transaction((transaction) => work(queryable(transaction))),
    listen: async (channel, heard) => {
      await pglite.listen(`"${channel}"`, heard);
    },
    gather: GATHER_MS,
    flush: dir === undefined ? () => Promise.resolve() : walFlush(dir),
    tidy: async () => {
      await pglite.exec('vacuum (analyze)');
    },
    pool: pglitePool(pglite),
    kind: dir === undefined ? 'embedded_in_memory' : 'embedded',
    description:
      dir === undefined
        ? 'embedded, in memory: it is gone when this process ends'
        : `embedded, in ${dir}. ${KEPT}`,
    close: async () => {
      await pglite.close();
      await release?.();
    },
  };
}

function queryable(where: Pick<Transaction, 'query' | 'exec'>): Queryable {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) => {
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
