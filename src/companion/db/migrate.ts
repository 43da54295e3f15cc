// Migrates a database to this version, once, even when many instances start at the same time.
import { Logger, runMigrations } from 'graphile-worker';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { Database, Queryable } from './database.ts';
import { StoreError } from './errors.ts';
import { enterSchema, exists, MIGRATION_TABLE } from './schema.ts';

/** The build copies the folder. Released migrations never change. */
export const MIGRATIONS = readMigrations(new URL('./migrations/', import.meta.url));

/** Key of the advisory lock: 'fxac'. */
const LOCK = 0x66786163;

const TRY_EVERY_MS = 50;
const LOOK_EVERY_MS = 1_000;
/** Minimum interval between two reports of a wait. */
const REPORT_EVERY_MS = 30_000;

export interface MigrationWait {
  /** `other_start`: another companion is migrating. `table_lock`: a table to be changed is locked. */
  readonly reason: 'other_start' | 'table_lock';
  readonly seconds: number;
}

type Report = (wait: MigrationWait) => void;

const SILENT = new Logger(() => () => undefined);

/**
 * Runs pending migrations, and graphile-worker's.
 *
 * @param waits called at once when it has to wait for a lock, and repeatedly while it waits
 * @throws StoreError `database_newer`, `schema_denied`; nothing is written then.
 */
export async function migrate(database: Database, waits: Report = () => undefined): Promise<void> {
  // The lock needs its own connection, because graphile-worker's migrations use their own transactions.
  const holder = await database.pool.connect();
  try {
    const tryLock = () =>
      holder.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK]);
    const waiting = waitReporter('other_start', waits);
    while ((await tryLock()).rows[0]?.locked !== true) {
      waiting();
      await sleep(TRY_EVERY_MS);
    }
    try {
      await database.transaction(async (transaction) => {
        // The embedded database has one connection, so no other holds a lock.
        const watch =
          database.kind === 'postgresql' ? await watchForWaits(transaction, holder, waits) : undefined;
        try {
          await migrateTables(transaction);
        } finally {
          clearInterval(watch);
        }
      });
      await runMigrations({ pgPool: database.pool, logger: SILENT });
    } finally {
      await holder.query('select pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    holder.release();
  }
}

/** Returns a function to call repeatedly during a wait; it limits how often `report` is called. */
function waitReporter(reason: MigrationWait['reason'], report: Report): () => void {
  let since: number | undefined;
  let reportedAt = -Infinity;
  return () => {
    const now = performance.now();
    since ??= now;
    if (now - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = now;
    report({ reason, seconds: Math.round((now - since) / 1000) });
  };
}

/** Checks at an interval, on another connection, whether the transaction waits for a lock. */
async function watchForWaits(
  transaction: Queryable,
  other: PoolClient,
  report: Report,
): Promise<NodeJS.Timeout> {
  const [backend] = await transaction.query<{ pid: number }>('select pg_backend_pid() as pid');
  const waiting = waitReporter('table_lock', report);
  return setInterval(() => {
    other.query('select from pg_locks where pid = $1 and not granted', [backend?.pid]).then(
      ({ rowCount }) => {
        if (rowCount) waiting();
      },
      // If the server has failed, the migration itself reports it.
      () => undefined,
    );
  }, LOOK_EVERY_MS);
}

async function migrateTables(transaction: Queryable): Promise<void> {
  await enterSchema(transaction);
  const version = await databaseVersion(transaction);
  if (version > MIGRATIONS.length) throw newer(version);
  if (version === 0)
    await transaction.query('create table if not exists companion.migration (version integer primary key)');
  for (const [index, text] of MIGRATIONS.entries()) {
    if (index < version) continue;
    await transaction.query(text);
    await transaction.query('insert into companion.migration (version) values ($1)', [index + 1]);
  }
}

function newer(version: number): StoreError {
  return new StoreError(
    'database_newer',
    `The database is of version ${version}, and this companion knows up to ${MIGRATIONS.length}. ` +
      'Start the newer companion; nothing was changed.',
  );
}

/** @throws StoreError `database_older`, `database_newer` */
export async function requireMigrated(database: Queryable): Promise<void> {
  const version = await databaseVersion(database);
  if (version > MIGRATIONS.length) throw newer(version);
  if (version < MIGRATIONS.length)
    throw new StoreError(
      'database_older',
      'The database is not of this version yet: start this companion on it first.',
    );
}

/** 0: not a companion's database. */
export async function databaseVersion(transaction: Queryable): Promise<number> {
  if (!(await exists(transaction, 'regclass', MIGRATION_TABLE))) return 0;
  const [row] = await transaction.query<{ version: number }>(
    'select coalesce(max(version), 0)::integer as version from companion.migration',
  );
  return row?.version ?? 0;
}

/** Reads the statements of each version, in order, from the folder's SQL files (`0001-tables.sql`). */
export function readMigrations(folder: URL): readonly string[] {
  return (
    readdirSync(folder)
      // An editor may leave files of its own there.
      .filter((name) => /^\d{4}-[a-z-]+\.sql$/.test(name))
      .sort()
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  );
}
