// Brings a database up to this version, once, however many instances start at the same time.
import { Logger, runMigrations } from 'graphile-worker';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Queryable } from './database.ts';
import { StoreError } from './errors.ts';
import { tables } from './migrations/0001-tables.ts';
import { applyDeliveries } from './migrations/0002-apply.ts';
import { searchPath } from './migrations/0003-search-path.ts';
import { health } from './migrations/0004-health.ts';
import { clockAndSpaces } from './migrations/0005-clock-and-spaces.ts';
import { enterSchema } from './migrations/schema.ts';

/** In order; what has been released is never changed again. */
const MIGRATIONS: readonly string[] = [tables, applyDeliveries, searchPath, health, clockAndSpaces];

/** Any number that nobody else takes: 'fxac'. */
const LOCK = 0x66786163;

const SILENT = new Logger(() => () => undefined);

/**
 * Runs what has not been run, and graphile-worker's own migrations.
 *
 * @throws StoreError `database_newer`, `schema_denied`; nothing is written then.
 */
export async function migrate(database: Database): Promise<void> {
  // The lock is held by a connection of its own, since graphile-worker's migrations bring their own transactions.
  const holder = await database.pool.connect();
  try {
    const tryLock = () =>
      holder.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK]);
    while ((await tryLock()).rows[0]?.locked !== true) await sleep(50);
    try {
      await database.transaction(migrateTables);
      await runMigrations({ pgPool: database.pool, logger: SILENT });
    } finally {
      await holder.query('select pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    holder.release();
  }
}

async function migrateTables(transaction: Queryable): Promise<void> {
  await enterSchema(transaction);
  const version = await currentVersion(transaction);
  if (version > MIGRATIONS.length) {
    throw new StoreError(
      'database_newer',
      `The database is of version ${version}, and this companion knows up to ${MIGRATIONS.length}. ` +
        'Start the newer companion; nothing was changed.',
    );
  }
  if (version === 0)
    await transaction.query('create table if not exists companion.migration (version integer primary key)');
  for (const [index, text] of MIGRATIONS.entries()) {
    if (index < version) continue;
    await transaction.query(text);
    await transaction.query('insert into companion.migration (version) values ($1)', [index + 1]);
  }
}

async function currentVersion(transaction: Queryable): Promise<number> {
  const [there] = await transaction.query<{ name: string | null }>(
    `select to_regclass('companion.migration')::text as name`,
  );
  if (!there?.name) return 0;
  const [row] = await transaction.query<{ version: number }>(
    'select coalesce(max(version), 0)::integer as version from companion.migration',
  );
  return row?.version ?? 0;
}
