// Empties a companion's database except for the schema, and controls its clock.
import type { Database } from '../../../src/companion/db/database.ts';

export async function empty(database: Database): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
     where (schemaname = 'companion' and tablename <> 'migration')
       or (schemaname = 'graphile_worker' and tablename = '_private_jobs')`,
  );
  await setClock(database, undefined);
  // `truncate` would make every table and index anew. Without the triggers that check foreign keys, any order will do.
  const deletes = tables.map(({ name }) => `delete from ${name};`).join(' ');
  await database.query(`do $$ begin set local session_replication_role = replica; ${deletes} end $$`);
}

/** Stops the database's clock at an instant; undefined restarts it. */
export async function setClock(database: Database, at: number | undefined): Promise<void> {
  await database.query(
    `create or replace function companion.instant() returns bigint language sql stable as
     'select ${at ?? '(extract(epoch from now()) * 1000)'}::bigint'`,
  );
}
