// The companion's schema: what is created, what becomes of an earlier version's database, and what is left alone.
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import type { Database } from '../../../src/companion/db/database.ts';
import { MIGRATIONS } from '../../../src/companion/db/migrate.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { openPglite } from '../../../src/companion/db/pglite.ts';
import { openPostgres } from '../../../src/companion/db/postgres.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import { freshDatabase } from './on-each-database.ts';
import { CLIENT, NOON, createdFor, hashOf, deliveryFor } from './accounts.ts';

const PATIENCE_MS = 300_000;
const ada = hashOf('ada');
const GRANT = 'a'.repeat(64);

let server: RunningPostgres;
let folder: string;
beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), 'companion-schema-'));
}, PATIENCE_MS);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}, PATIENCE_MS);

/** All named objects in a schema: tables, views and functions. */
async function contents(database: Database, schema: string): Promise<string[]> {
  const rows = await database.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = to_regnamespace($1) and relkind in ('r', 'v', 'm', 'p')
     union all select proname from pg_proc where pronamespace = to_regnamespace($1) order by 1`,
    [schema],
  );
  return rows.map(({ name }) => name);
}

/** A database of the versions before the schema: their migrations, a session with an event, a sign-out and its job. */
async function asEarlierVersion(database: Database, schema = 'public'): Promise<Buffer> {
  const hash = hashOf('session');
  await database.transaction(async (transaction) => {
    await transaction.query(`set local search_path to ${schema}`);
    await transaction.query('create table if not exists migration (version integer primary key)');
    for (const [index, text] of MIGRATIONS.slice(0, 2).entries()) {
      await transaction.query(text);
      await transaction.query('insert into migration (version) values ($1)', [index + 1]);
    }
    await transaction.query('insert into made_with (mark) values ($1)', [hashOf('secret')]);
    await transaction.query('insert into account (key, revision, created_at) values ($1, 7, $2)', [
      ada,
      NOON,
    ]);
    await transaction.query(
      `insert into session (hash, account, client_id, sealed_uid, proved_at, created_at, seen_at)
       values ($1, $2, $3, $1, $4, $4, $4)`,
      [hash, ada, CLIENT, NOON],
    );
    await transaction.query(
      'insert into revocation (refresh_token_id, client_id, since, not_before) values ($1, $2, $3, $3)',
      [GRANT, CLIENT, NOON],
    );
    await transaction.query('insert into capability values ($1, $2, true, 1)', [ada, 'pro']);
  });
  await runMigrations({ pgPool: database.pool, logger: new Logger(() => () => undefined) });
  return hash;
}

/** After this version has opened it, all data is there and works. */
async function expectMoved(database: Database, hash: Buffer): Promise<void> {
  const store = createStore(database);
  expect(await store.session(hash, NOON)).toMatchObject({
    status: 'live',
    revision: 7,
    subscriptions: { pro: true },
  });
  await store.apply(deliveryFor(ada, [{ kind: 'profile_change' }, { kind: 'metrics_opt_out' }]));
  expect(await store.session(hash, NOON)).toMatchObject({ revision: 9 });
  expect(await store.revocation(GRANT)).toMatchObject({ clientId: CLIENT });
  await store.apply(deliveryFor(ada, { kind: 'delete_user' }));
  expect(await store.session(hash, NOON)).toMatchObject({ reason: 'account_deleted' });
  await createdFor(store, hashOf('grace'));
  expect(await contents(database, 'public')).toEqual([]);
}

it('never changes a released migration', () => {
  // They were released with a line break before them.
  const digest = (text: string) => createHash('sha256').update(`\n${text}`).digest('hex');
  expect(MIGRATIONS.map(digest)).toEqual([
    'c909dcc93d552ddb62b1d7dc6b76a3eca57ef576eaa214cf548158e18739b31b',
    'd4cc61a51e7faf5758f6db1f0b2003b453920f7241f25e654fe485ee01e86ef8',
    '0400b817d74de2b4ccf4a5e2bc627d6bc221654539c70d606355a3342bd3f6ee',
    '4a4ff8470d9ae39d1708d56cc5576f7e41ceeb8988621291ec8a8190a8091ae3',
    'f99ae1d053d6cb96062ccdbcb5658c9c89d226a237a65dc6d39b93bdb1481a3b',
    '560a733a581cddf0c4f8399c8642cabe3d6687e3091ffcf920176baaf0b4156b',
    '6d3c062b4412c7b96dc41a56e100202e74d912665a28790f2d94c227ca983bbd',
    'f8a56838abb33de80e49f415df64db678ae98096ead4ce8f17b5bb3dffa91f21',
  ]);
});

it(
  'moves only the tables of an earlier version on a server',
  async () => {
    const url = await freshDatabase(server.url);
    const before = openPostgres(url);
    const hash = await asEarlierVersion(before);
    // An earlier companion with the tables open.
    expect(await before.query('select from account')).toHaveLength(1);
    await before.close();
    const all = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url })));
    const [database] = all as [Database];
    await expectMoved(database, hash);
    // What the earlier version does when it finds no tables: it must not continue with empty ones.
    await expect(
      database.query('create table if not exists public.migration (version integer primary key)'),
    ).rejects.toMatchObject({ code: '42710' });
    await Promise.all(all.map((one) => one.close()));
  },
  PATIENCE_MS,
);

it(
  'moves an earlier version’s tables out of the schema of the user’s search path',
  async () => {
    const url = await freshDatabase(server.url);
    const before = openPostgres(url);
    await before.query('create schema "Own Place"; create table public.session (of_another text)');
    const hash = await asEarlierVersion(before, '"Own Place"');
    await before.query(
      `do $$ begin execute format('alter database %I set search_path to "Own Place"', current_database()); end $$`,
    );
    await before.close();
    const database = await openDatabase({ url });
    expect(await createStore(database).session(hash, NOON)).toMatchObject({ status: 'live', revision: 7 });
    expect(await contents(database, '"Own Place"')).toEqual([]);
    expect(await contents(database, 'public')).toEqual(['session']);
    await database.close();
  },
  PATIENCE_MS,
);

it(
  'moves the tables of an earlier version in the embedded database',
  async () => {
    const dir = join(folder, 'earlier');
    const before = await openPglite(dir);
    const hash = await asEarlierVersion(before);
    await before.close();
    for (let start = 0; start < 2; start += 1) {
      const database = await openDatabase({ dir });
      if (start === 0) await expectMoved(database, hash);
      else expect(await contents(database, 'public')).toEqual([]);
      await database.close();
    }
  },
  PATIENCE_MS,
);

it(
  'leaves tables of other applications alone, whatever their names',
  async () => {
    const url = await freshDatabase(server.url);
    const others = openPostgres(url);
    await others.query(
      `create table migration (name text); create table account (email text); create table made_with (wood text);
       insert into account values ('lin@example.com')`,
    );
    const database = await openDatabase({ url });
    await createdFor(createStore(database), ada);
    expect(await contents(database, 'public')).toEqual(['account', 'made_with', 'migration']);
    expect(await others.query('select * from public.account')).toEqual([{ email: 'lin@example.com' }]);
    await database.close();
    await others.close();
  },
  PATIENCE_MS,
);

it('finds its tables on a connection with another search path', async () => {
  const url = await freshDatabase(server.url);
  const elsewhere = Object.assign(new URL(url), { search: '?options=-c%20search_path%3Dpg_temp' }).href;
  const database = await openDatabase({ url: elsewhere });
  const store = createStore(database);
  const hash = await createdFor(store, ada);
  await store.apply(deliveryFor(ada, { kind: 'profile_change' }));
  expect(await store.session(hash, NOON)).toMatchObject({ revision: 1 });
  await store.apply(deliveryFor(ada, { kind: 'delete_user' }));
  expect(await contents(database, 'public')).toEqual([]);
  await database.close();
});

it('names the missing right when its user may not create the schema, and changes nothing', async () => {
  const url = await freshDatabase(server.url);
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query("create role guest login password 'guest'");
  const guest = Object.assign(new URL(url), { username: 'guest', password: 'guest' }).href;
  await expect(openDatabase({ url: guest })).rejects.toMatchObject({
    code: 'schema_denied',
    message: expect.stringContaining('GRANT CREATE ON DATABASE') as string,
  });
  const name = owner.escapeIdentifier(new URL(url).pathname.slice(1));
  await owner.query(`grant create on database ${name} to guest`);
  await owner.end();
  await (await openDatabase({ url: guest })).close();
});
