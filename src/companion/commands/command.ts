// What every command of the operator gets, and how it opens the database of a companion that may be running.
import type { CompanionSettings, Variables } from '../config.ts';
import type { Database } from '../db/database.ts';
import { StoreError } from '../db/errors.ts';
import { openExisting } from '../db/open.ts';
import { requireSecret } from '../db/same-settings.ts';

export interface CommandParts {
  /** @throws ConfigError */
  readonly readSettings: () => CompanionSettings;
  /** The environment, for proxies and misspelled settings. */
  readonly variables: Variables;
  readonly fetch: typeof fetch;
  /** Reads standard input to its end. */
  readonly input: () => Promise<string>;
  /** Prints a line. */
  readonly say: (line: string) => unknown;
  /** Prints an error. */
  readonly fail: (why: string) => unknown;
  /** Milliseconds. */
  readonly now: () => number;
  /** An open database, which is not closed. Default: the one in the settings. */
  readonly database?: Database;
}

export interface CommandContext extends CommandParts {
  readonly settings: CompanionSettings;
}

/** What was typed after the command's name. */
export interface Typed {
  readonly uid: string;
  readonly to?: string | undefined;
  readonly client?: string | undefined;
}

/** A line of `check`. `--`: it can't be told from here, or needs nothing. */
export type Found = readonly [result: 'ok' | 'FAIL' | '--', name: string, description: string];

/**
 * Works with the companion's database, under its secret.
 *
 * @throws StoreError `directory_in_use`, `database_older`, `database_newer`, `secret_changed`, and the driver's errors.
 */
export async function withDatabase<T>(
  { settings, database: given }: Pick<CommandContext, 'settings' | 'database'>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database =
    given ?? (await openExisting({ url: settings.databaseUrl, dir: settings.dataDir }).catch(inUse));
  try {
    await requireSecret(database, settings);
    return await work(database);
  } finally {
    if (!given) await database.close();
  }
}

function inUse(error: unknown): never {
  if (!(error instanceof StoreError) || error.code !== 'directory_in_use') throw error;
  throw new StoreError(
    'directory_in_use',
    'The running companion has its embedded database open, which serves one process: stop it, run the command again, and start it.',
    { cause: error },
  );
}
