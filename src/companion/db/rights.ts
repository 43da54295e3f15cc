// Which rights of a PostgreSQL role the companion lacks.
import type { Queryable } from './database.ts';

const SCHEMAS = `'companion', 'graphile_worker'`;

const CREATE = `
  select 'create on database ' || current_database() as missing
  where not has_database_privilege(current_database(), 'create')
    and exists (select from unnest(array[${SCHEMAS}]) as name where to_regnamespace(name) is null)`;

// Migrations alter tables and functions, which only an owner can.
const OWN = `
  select 'ownership of schema ' || nspname as missing, 1 as rank from pg_namespace
    where nspname in (${SCHEMAS}) and not pg_has_role(nspowner, 'usage')
  union all
  select 'ownership of ' || nspname || '.' || relname, 2 from pg_class join pg_namespace n on n.oid = relnamespace
    where nspname in (${SCHEMAS}) and relkind in ('r', 'S', 'v', 'p') and not pg_has_role(relowner, 'usage')
  union all
  select 'ownership of function ' || nspname || '.' || proname, 3 from pg_proc join pg_namespace n on n.oid = pronamespace
    where nspname in (${SCHEMAS}) and not pg_has_role(proowner, 'usage')
  order by rank, missing limit 10`;

/** In words, ten at most. */
export async function missingRights(database: Queryable): Promise<readonly string[]> {
  const rows = [
    ...(await database.query<{ missing: string }>(CREATE)),
    ...(await database.query<{ missing: string }>(OWN)),
  ];
  return rows.map(({ missing }) => missing);
}
