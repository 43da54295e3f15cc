// A URL with two hosts: when the one in use dies, the companion goes on at the other once that accepts writes.
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { openDatabase } from '../../../src/companion/db/open.ts';
import { createStore } from '../../../src/companion/db/store.ts';
import { createdFor, hashOf } from './accounts.ts';

let primary: RunningPostgres;
let standby: RunningPostgres;

beforeAll(async () => {
  primary = await startPostgres({ settings: { fsync: 'off' } });
  standby = await startPostgres({ settings: { fsync: 'off' } });
  // Both have the companion's tables, as a replica would.
  for (const { url } of [primary, standby]) await (await openDatabase({ url })).close();
  const { password } = new URL(primary.url);
  await atStandby(`alter role postgres password '${password}'`);
  await atStandby('alter system set default_transaction_read_only = on', 'select pg_reload_conf()');
});
afterAll(() => Promise.allSettled([primary.stop(), standby.stop()]));

async function atStandby(...statements: string[]): Promise<void> {
  const url = new URL(standby.url);
  const passwords = [url.password, new URL(primary.url).password];
  for (const password of passwords) {
    url.password = password;
    const client = new pg.Client({
      connectionString: url.href,
      options: '-c default_transaction_read_only=off',
    });
    try {
      await client.connect();
    } catch {
      // The standby's first password; from the first statement on, it has the primary's.
      continue;
    }
    for (const statement of statements) await client.query(statement);
    return client.end();
  }
  throw new Error('The standby accepts neither password.');
}

it('goes on at the other host once that accepts writes, and hears its notifications', async () => {
  const { host } = new URL(standby.url);
  const url = primary.url.replace(/(@[^/]+)/, `$1,${host}`);
  const database = await openDatabase({ url });
  try {
    const store = createStore(database);
    await createdFor(store, hashOf('ada'));
    const payloads: (string | undefined)[] = [];
    await database.listen((payload) => payloads.push(payload));

    await primary.kill9();
    await expect(createdFor(store, hashOf('lin'))).rejects.toMatchObject({ code: 'database_away' });
    await atStandby('alter system reset default_transaction_read_only', 'select pg_reload_conf()');

    await expect.poll(() => createdFor(store, hashOf('lin')).then(() => 'stored', String)).toBe('stored');
    await expect
      .poll(async () => {
        await atStandby(`notify companion_account, 'here'`);
        return payloads;
      })
      .toContain('here');
    // Some notifications may have been missed in between.
    expect(payloads).toContain(undefined);
  } finally {
    await database.close();
  }
});
