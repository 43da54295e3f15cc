// What `check` asks the database: version, rights, secret, spaces, whether it takes an event, its clock.
import type { CompanionSettings } from '../config.ts';
import type { Database } from '../db/database.ts';
import { StoreError } from '../db/errors.ts';
import { databaseVersion, MIGRATIONS } from '../db/migrate.ts';
import { openUnmigrated } from '../db/open.ts';
import { requireSecret, requireSpaces } from '../db/same-settings.ts';
import { createStore } from '../db/store.ts';
import { offBy } from '../status/words.ts';
import type { CommandParts, Found } from './command.ts';

const SCHEMAS = `'companion', 'graphile_worker'`;

/** In words, ten at most. Migrations alter tables and functions, which only an owner can. */
const MISSING_RIGHTS = `
  select 'create on database ' || current_database() as missing, 0 as rank
    where not has_database_privilege(current_database(), 'create')
      and exists (select from unnest(array[${SCHEMAS}]) as name where to_regnamespace(name) is null)
  union all
  select 'ownership of schema ' || nspname, 1 from pg_namespace
    where nspname in (${SCHEMAS}) and not pg_has_role(nspowner, 'usage')
  union all
  select 'ownership of ' || nspname || '.' || relname, 2 from pg_class join pg_namespace n on n.oid = relnamespace
    where nspname in (${SCHEMAS}) and relkind in ('r', 'S', 'v', 'p') and not pg_has_role(relowner, 'usage')
  union all
  select 'ownership of function ' || nspname || '.' || proname, 3 from pg_proc join pg_namespace n on n.oid = pronamespace
    where nspname in (${SCHEMAS}) and not pg_has_role(proowner, 'usage')
  order by rank, missing limit 10`;

/** Seconds by which its clock may differ: due dates go by it. */
const CLOCK_SECONDS = 30;

/**
 * One line each.
 *
 * @throws the driver's error when it can't be opened.
 */
export async function checkDatabase(
  settings: CompanionSettings,
  { database: given, now }: CommandParts,
): Promise<readonly Found[]> {
  const { dataDir, databaseUrl } = settings;
  let database = given;
  try {
    database ??= await openUnmigrated({ url: databaseUrl, dir: dataDir });
    if (!database) return [['--', 'database', `${dataDir} has none yet: the first start creates it`]];
    return await checkOpen(database, settings, now);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'directory_in_use') throw error;
    return [['--', 'database', 'open in a running companion, whose /__heartbeat__ checks it']];
  } finally {
    if (!given) await database?.close();
  }
}

async function checkOpen(
  database: Database,
  settings: CompanionSettings,
  now: () => number,
): Promise<readonly Found[]> {
  const rights = await database.query<{ missing: string }>(MISSING_RIGHTS);
  const missing = rights.map((row) => row.missing).join('; ');
  const found: Found[] = [['ok', 'database', database.description]];
  if (missing !== '') return [...found, ['FAIL', 'database rights', `missing: ${missing}`]];
  found.push(['ok', 'database rights', 'the role may do what the companion does']);
  const version = await databaseVersion(database);
  if (version !== MIGRATIONS.length) {
    const behind = version < MIGRATIONS.length;
    const advice = behind ? ', to which its start migrates it' : ': start the newer one';
    const description = `version ${version}; this companion's is ${MIGRATIONS.length}${advice}`;
    return [...found, [behind ? '--' : 'FAIL', 'database version', description]];
  }
  const began = now();
  const clock = await createStore(database).ping();
  const seconds = Math.round((clock - (began + now()) / 2) / 1000);
  return [
    ...found,
    ['ok', 'database version', 'the one of this companion'],
    ['ok', 'database writes', 'an event could be stored now'],
    [Math.abs(seconds) > CLOCK_SECONDS ? 'FAIL' : 'ok', 'database clock', offBy(seconds)],
    await agrees('secret', 'the one the accounts are known by', () => requireSecret(database, settings)),
    await agrees('client spaces', 'those the accounts are known by', () =>
      requireSpaces(database, settings.clients),
    ),
  ];
}

async function agrees(name: string, description: string, require: () => Promise<unknown>): Promise<Found> {
  try {
    await require();
    return ['ok', name, description];
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return ['FAIL', name, error.message];
  }
}
