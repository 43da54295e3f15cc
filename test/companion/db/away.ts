// Makes a PostgreSQL server refuse connections or writes while something runs.
import pg from 'pg';
import { expect } from 'vitest';

/** Refuses connections to the database while `work` runs, and closes those that are open. */
export async function whileUnreachable(connectionString = '', work: () => Promise<unknown>): Promise<void> {
  const url = new URL(connectionString);
  const name = url.pathname.slice(1);
  const client = new pg.Client({ connectionString: Object.assign(url, { pathname: '/template1' }).href });
  await client.connect();
  await client.query(`alter database ${name} with allow_connections false`);
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await work();
  await client.query(`alter database ${name} with allow_connections true`);
  await client.end();
}

/** Refuses writes, also on open connections, except from `work`. */
export async function whileReadOnly(
  connectionString = '',
  work: (query: (text: string) => Promise<unknown[]>) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString, options: '-c default_transaction_read_only=off' });
  await client.connect();
  const query = async (text: string) => (await client.query<object>(text)).rows;
  const other = new pg.Client({ connectionString });
  await other.connect();
  await query(`alter system set default_transaction_read_only = on`);
  await query('select pg_reload_conf()');
  // The server tells its connections in its own time.
  await expect
    .poll(async () => (await other.query<object>('show default_transaction_read_only')).rows)
    .toEqual([{ default_transaction_read_only: 'on' }]);
  await other.end();
  try {
    await work(query);
  } finally {
    await query('rollback');
    await query(`alter system reset default_transaction_read_only`);
    await query('select pg_reload_conf()');
    await client.end();
  }
}
