// Opens and migrates the database: the server in the URL, or the embedded one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';
import type { GuardChange } from './guard.ts';
import { migrate, requireMigrated, type MigrationWait } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** Statements of migrations may take this long. */
const MIGRATION_PATIENCE_MS = 10 * 60_000;

export interface DatabaseOptions {
  /** `postgres://…`; any number of companions may share it. */
  readonly url?: string | undefined;
  /** Folder of the embedded database, for one companion; without it and a URL everything is in memory. */
  readonly dir?: string | undefined;
  /** What a database in memory begins with: PGlite's dump of an empty one. */
  readonly dump?: Blob;
  /** Called when a server is found frozen, and when it answers again. */
  readonly report?: (change: GuardChange) => void;
  /** Called while the migrations wait for a lock. */
  readonly waits?: (wait: MigrationWait) => void;
}

/**
 * Opens a database and migrates it to this version.
 *
 * @throws StoreError `database_newer`, `schema_denied`, `directory_…`, and the driver's own errors.
 */
export async function openDatabase({ url, dir, dump, report, waits }: DatabaseOptions): Promise<Database> {
  if (url !== undefined) {
    const first = await migrateServer(openPostgres(url, { patience: MIGRATION_PATIENCE_MS }), waits);
    return openPostgres(url, { report, first });
  }
  const database = await openPglite(dir, dump);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * Opens a database that a companion of this version has started on; migrates nothing.
 *
 * @throws StoreError `database_older`, `database_newer`, `directory_…`, and the driver's own errors.
 */
export async function openExisting({ url, dir }: Pick<DatabaseOptions, 'url' | 'dir'>): Promise<Database> {
  if (url === undefined && !existsSync(join(dir ?? '', 'PG_VERSION')))
    throw new StoreError('database_older', `${dir} holds no database yet: start the companion first.`);
  const database = url === undefined ? await openPglite(dir) : openPostgres(url);
  try {
    await requireMigrated(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Resolves with `host:port` of the host that was migrated. */
async function migrateServer(
  database: Database,
  waits: DatabaseOptions['waits'],
): Promise<string | undefined> {
  try {
    await migrate(database, waits);
    return database.host?.();
  } finally {
    await database.close();
  }
}
