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
    const server = openPostgres(url, { patience: MIGRATION_PATIENCE_MS });
    // So that the host that was migrated is the first one used.
    let first: string | undefined;
    try {
      await migrate(server, waits);
      first = server.host?.();
    } finally {
      await server.close();
    }
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

type Place = Pick<DatabaseOptions, 'url' | 'dir'>;

/**
 * Opens a database as it is; undefined where the folder has none yet.
 *
 * @throws StoreError `directory_…`, and the driver's own errors.
 */
export async function openUnmigrated({ url, dir }: Place): Promise<Database | undefined> {
  if (url !== undefined) return openPostgres(url);
  return existsSync(join(dir ?? '', 'PG_VERSION')) ? openPglite(dir) : undefined;
}

/**
 * Opens a database that a companion of this version has started on.
 *
 * @throws StoreError `database_older`, `database_newer`, and as `openUnmigrated`.
 */
export async function openExisting(place: Place): Promise<Database> {
  const database = await openUnmigrated(place);
  if (database === undefined)
    throw new StoreError('database_older', `${place.dir} holds no database yet: start the companion first.`);
  try {
    await requireMigrated(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
