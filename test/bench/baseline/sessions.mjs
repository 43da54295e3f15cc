// The usual way to answer a poll: look the session and its account up, and let Express compare the tags.
import { createHash } from 'node:crypto';
import pg from 'pg';

const TABLES = `
create table account_state (uid text primary key, revision bigint not null, metrics boolean not null);
create table poll_session (hash bytea primary key, uid text not null references account_state);
`;
const LOOK_UP = `SELECT revision, metrics FROM poll_session JOIN account_state USING (uid) WHERE hash = $1`;
const hashOf = (token) => createHash('sha256').update(token).digest();

/** Makes its tables, with a session for each token, and returns the handler. */
export async function poller({ url, tokens }) {
  const pool = new pg.Pool({ connectionString: url });
  await pool.query(TABLES);
  const uids = tokens.map((_, n) => `person ${n}`);
  await pool.query('insert into account_state select unnest($1::text[]), 0, false', [uids]);
  await pool.query('insert into poll_session select * from unnest($1::bytea[], $2::text[])', [
    tokens.map(hashOf),
    uids,
  ]);
  await pool.query('analyze');
  return async (request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const [row] = (await pool.query(LOOK_UP, [hashOf(token)])).rows;
    if (row) response.json(row);
    else response.status(401).json({ error: 'unknown_session' });
  };
}
