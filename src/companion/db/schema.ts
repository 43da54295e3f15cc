// Creates the companion's schema, and moves tables that an earlier version created elsewhere (usually in `public`).
import type { Queryable } from './database.ts';
import { StoreError } from './errors.ts';

/** Tables that versions 1 and 2 created, wherever the search path led. */
const MOVED_TABLES = [
  'account',
  'session',
  'made_with',
  'ledger',
  'capability',
  'tombstone',
  'metric',
  'engaged',
  'delivery_count',
  'revocation',
  'migration',
];
const MOVED_FUNCTIONS = ['apply_deliveries', 'forget_metrics', 'erase_accounts'];

export const MIGRATION_TABLE = 'companion.migration';

/**
 * Creates the schema if needed, moves an earlier version's tables into it, and makes it this transaction's search path.
 *
 * @throws StoreError `schema_denied` when the database user may not create it.
 */
export async function enterSchema(transaction: Queryable): Promise<void> {
  if (!(await exists(transaction, 'regnamespace', 'companion'))) await createSchema(transaction);
  if (!(await exists(transaction, 'regclass', MIGRATION_TABLE))) {
    const earlier = await earlierSchema(transaction);
    if (earlier !== undefined) await moveFrom(transaction, earlier);
  }
  await transaction.query('set local search_path to companion, pg_temp');
}

/** Whether a table (`regclass`) or schema (`regnamespace`) exists. */
export async function exists(
  database: Queryable,
  kind: 'regclass' | 'regnamespace',
  name: string,
): Promise<boolean> {
  const found = await database.query(`select where to_${kind}($1) is not null`, [name]);
  return found.length > 0;
}

async function createSchema(transaction: Queryable): Promise<void> {
  try {
    await transaction.query('create schema companion');
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42501') throw error;
    throw new StoreError(
      'schema_denied',
      'The user of DATABASE_URL may not create the schema "companion". Run this as the owner of the database: ' +
        'GRANT CREATE ON DATABASE <database> TO <user>; nothing was changed.',
      { cause: error },
    );
  }
}

/** Finds a schema with every one of the tables: other applications also have an `account` or a `migration`. */
async function earlierSchema(transaction: Queryable): Promise<string | undefined> {
  const [found] = await transaction.query<{ schema: string }>(
    `select n.nspname as schema from pg_class made_with join pg_namespace n on n.oid = made_with.relnamespace
     where made_with.oid = to_regclass('made_with') and n.nspname <> 'companion' and $1::integer = (
       select count(*) from pg_class t where t.relnamespace = n.oid and t.relkind = 'r' and t.relname = any($2::text[])
     )`,
    [MOVED_TABLES.length, MOVED_TABLES],
  );
  return found?.schema;
}

async function moveFrom(transaction: Queryable, schema: string): Promise<void> {
  const statements = await transaction.query<{ text: string }>(
    `select format('alter table %I.%I set schema companion', $1::text, name) as text from unnest($2::text[]) as name
     union all
     select format('alter function %s set schema companion', p.oid::regprocedure) from pg_proc p
       where p.pronamespace = to_regnamespace(quote_ident($1::text)) and p.proname = any($3::text[])`,
    [schema, MOVED_TABLES, MOVED_FUNCTIONS],
  );
  for (const { text } of statements) await transaction.query(text);
  // An earlier version started again would create empty tables. A type with this name prevents it.
  const [guard] = await transaction.query<{ text: string }>(
    `select format('create domain %I.migration as integer', $1::text) as text
     where has_schema_privilege($1::text, 'create')`,
    [schema],
  );
  if (guard !== undefined) await transaction.query(guard.text);
}
