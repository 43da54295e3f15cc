// Empties a companion's database under its feet: what it is left with is the schema.
import type { Database } from '../../../src/companion/db/database.ts';

export async function empty(database: Database): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
     where (schemaname = 'companion' and tablename <> 'migration')
       or (schemaname = 'graphile_worker' and tablename = '_private_jobs')`,
  );
  await database.query(`truncate ${tables.map(({ name }) => name).join(', ')} cascade`);
}
