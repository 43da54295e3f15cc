// Migrations run once, however many instances start at the same time, and never on a newer version's tables.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { migrate, MIGRATIONS, type MigrationWait } from '../../../src/companion/db/migrate.ts';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { openPglite } from '../../../src/companion/db/pglite.ts';
import { openPostgres } from '../../../src/companion/db/postgres.ts';
import type { Database } from '../../../src/companion/db/database.ts';
import { freshDatabase } from './on-each-database.ts';

const PATIENCE_MS = 300_000;

const tables = (database: Database) =>
  database.query(
    "select table_name from information_schema.tables where table_schema = 'companion' order by 1",
  );

async function refusesNewer(database: Database): Promise<void> {
  await database.query(
    `create schema companion; create table companion.migration (version integer primary key);
     insert into companion.migration values (1), (999)`,
  );
  const before = await tables(database);
  await expect(migrate(database)).rejects.toMatchObject({
    code: 'database_newer',
    message: expect.stringMatching(
      /^The database is of version 999, and this companion knows up to \d+\./,
    ) as string,
  });
  expect(await tables(database)).toEqual(before);
}

it(
  'refuses a newer embedded database',
  async () => {
    const database = await openPglite();
    await refusesNewer(database);
    await database.close();
  },
  PATIENCE_MS,
);

describe('migrating on PostgreSQL', () => {
  let server: RunningPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, PATIENCE_MS);
  afterAll(() => server.stop(), PATIENCE_MS);

  it('refuses a newer database', async () => {
    const database = openPostgres(await freshDatabase(server.url));
    await refusesNewer(database);
    await database.close();
  });

  it(
    'lets 20 instances start at once on an empty database',
    async () => {
      const url = await freshDatabase(server.url);
      const all = await Promise.all(Array.from({ length: 20 }, () => openDatabase({ url })));
      const versions = await all[0]?.query('select version from companion.migration order by version');
      expect(versions).toEqual(MIGRATIONS.map((_text, index) => ({ version: index + 1 })));
      await Promise.all(all.map((database) => database.close()));
    },
    PATIENCE_MS,
  );

  it(
    'reports waiting for another start or a table lock, and continues',
    async () => {
      const url = await freshDatabase(server.url);
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      await other.query('select pg_advisory_lock($1)', [0x66786163]);
      const waits: MigrationWait[] = [];
      const opening = openDatabase({ url, waits: (wait) => waits.push(wait) });
      await vi.waitUntil(() => waits.length > 0, { timeout: PATIENCE_MS });
      expect(waits).toEqual([{ reason: 'other_start', seconds: 0 }]);
      await other.query('select pg_advisory_unlock($1)', [0x66786163]);
      await (await opening).close();

      await other.query('begin; lock table companion.migration in access exclusive mode');
      const again = openDatabase({ url, waits: (wait) => waits.push(wait) });
      await vi.waitUntil(() => waits.length > 1, { timeout: PATIENCE_MS });
      expect(waits[1]?.reason).toBe('table_lock');
      await other.query('rollback');
      await other.end();
      await (await again).close();
    },
    PATIENCE_MS,
  );

  it('leaves nothing behind when a statement fails, and runs once the cause is fixed', async () => {
    const url = await freshDatabase(server.url);
    const database = openPostgres(url);
    await database.query('create schema companion; create table companion.revocation (in_the_way text)');
    await expect(migrate(database)).rejects.toThrow('revocation');
    expect(await tables(database)).toEqual([{ table_name: 'revocation' }]);
    await database.query('drop table companion.revocation');
    await migrate(database);
    const undisturbed = await openDatabase({ url: await freshDatabase(server.url) });
    expect(await tables(database)).toEqual(await tables(undisturbed));
    await undisturbed.close();
    await database.close();
  });
});
