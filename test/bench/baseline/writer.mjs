// The usual way to write a webhook down: a transaction of two statements on a connection from the pool, for each request.
import pg from 'pg';

const TABLES = `
create table seen (jti text primary key, received_at bigint not null);
create table session (uid text primary key, valid_after bigint not null default 0);
`;

/** Makes its tables in an empty database, with a session for each of the uids. */
export async function writer({ url, uids }) {
  const pool = new pg.Pool({ connectionString: url });
  await pool.query(TABLES);
  await pool.query('insert into session (uid) select unnest($1::text[])', [uids]);
  await pool.query('analyze');

  async function write({ jti, sub, events }) {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rowCount } = await client.query(
        'INSERT INTO seen (jti, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [jti, Date.now()],
      );
      for (const { changeTime } of rowCount === 0 ? [] : Object.values(events)) {
        await client.query(
          'UPDATE session SET valid_after = GREATEST(valid_after, $2::bigint) WHERE uid = $1',
          [sub, changeTime],
        );
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  return {
    write,
    empty: () => pool.query('truncate seen'),
    rows: async () => Number((await pool.query('select count(*) from seen')).rows[0].count),
    durability: async () => (await pool.query('show synchronous_commit')).rows[0].synchronous_commit,
  };
}
