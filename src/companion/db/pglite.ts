// The embedded PostgreSQL: zero set-up, one process, and a lock and a log flush that it does not have itself.
import { PGlite, types, type Transaction } from '@electric-sql/pglite';
import { mkdir } from 'node:fs/promises';
import type { Database, Queryable } from './database.ts';
import { lockDirectory } from './directory-lock.ts';
import { pglitePool, run } from './pglite-pool.ts';
import { walFlush } from './write-ahead-log.ts';

const KEPT =
  'It survives the end of its process at any moment; of a power cut it survives most, and no promise is made. ' +
  'One process at a time. Set DATABASE_URL for a server that promises more.';

/**
 * Opens the database in a directory, which is made if need be; without one it lives in memory and ends with the process.
 *
 * @throws StoreError `directory_in_use`
 */
export async function openPglite(dir?: string): Promise<Database> {
  const release = dir === undefined ? undefined : await lockDirectory(dir);
  try {
    if (dir !== undefined) await mkdir(dir, { recursive: true });
    const pglite = await PGlite.create({
      ...(dir !== undefined && { dataDir: dir }),
      parsers: {
        // As `pg` has them; every instant and counter here is far below 2^53.
        [types.INT8]: Number,
        [types.BYTEA]: (text) => Buffer.from(text.slice(2), 'hex'),
      },
      serializers: { [types.BYTEA]: (bytes: Buffer) => `\\x${bytes.toString('hex')}` },
    });
    return database(pglite, dir, release);
  } catch (error) {
    await release?.();
    throw error;
  }
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
    flush: dir === undefined ? () => Promise.resolve() : walFlush(dir),
    tidy: async () => {
      await pglite.exec('vacuum (analyze)');
    },
    pool: pglitePool(pglite),
    description:
      dir === undefined
        ? 'Embedded database in memory. Everything is gone when this process ends.'
        : `Embedded database in ${dir}. ${KEPT}`,
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
        throw error;
      }
    },
  };
}
