// A database, ready to be used: the server that a URL names, or the embedded one.
import type { Database } from './database.ts';
import type { GuardChange } from './guard.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** Migrations may take their time. */
const MIGRATION_PATIENCE_MS = 10 * 60_000;

export interface DatabaseOptions {
  /** `postgres://…`; then any number of companions may share it. */
  readonly url?: string | undefined;
  /** Of the embedded database, for one companion; without it and a URL everything is in memory. */
  readonly dir?: string | undefined;
  /** Told when a server is found frozen, and when it answers again. */
  readonly report?: (change: GuardChange) => void;
}

/**
 * Opens a database and brings it up to this version.
 *
 * @throws StoreError `database_newer`, `directory_in_use`, and the driver's own errors.
 */
export async function openDatabase({ url, dir, report }: DatabaseOptions): Promise<Database> {
  if (url !== undefined) {
    await closedAfter(openPostgres(url, { patience: MIGRATION_PATIENCE_MS }), migrate);
    return openPostgres(url, { report });
  }
  const database = await openPglite(dir);
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function closedAfter(database: Database, work: (database: Database) => Promise<void>): Promise<void> {
  try {
    await work(database);
  } finally {
    await database.close();
  }
}
