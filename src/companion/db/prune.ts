// Deletes expired data, one slice of a table at a time.
import { DAY_MS } from '../day.ts';
import type { Store } from '../store.ts';
import type { Database, Queryable } from './database.ts';
import { ENDED_AT } from './session-status.ts';

/**
 * Table pages read per statement: statements stay short however large the table, since other statements of the embedded
 * database wait for them.
 */
const SLICE_PAGES = 64;
/** Time limit for one slice on a busy server, in milliseconds; no request waits for it. */
const SLICE_PATIENCE_MS = 120_000;

/** Sessions are kept this long after their end, in milliseconds. */
export const SESSION_KEPT_MS = 30 * DAY_MS;

/** SQL of the instant so many milliseconds ago, by the database's clock. */
const ago = (ms: number) => `(companion.instant() - ${ms})`;
const dayBefore = (ms: number) => `day < (to_timestamp(${ago(ms)} / 1000.0) at time zone 'UTC')::date`;

/** Which rows of each table are deleted. */
const EXPIRED: Readonly<Record<string, string>> = {
  // FxA: the broker drops a delivery after a week.
  ledger: `received_at < ${ago(8 * DAY_MS)}`,
  session: `${ENDED_AT} < ${ago(SESSION_KEPT_MS)}`,
  // A client's last event stays, or a silence that lasts would no longer be noticed.
  delivery_count: `hour < ${ago(60 * DAY_MS)} and hour < (
    select max(hour) from companion.delivery_count newer where newer.client_id = delivery_count.client_id)`,
  metric: dayBefore(90 * DAY_MS),
  // Set-aside revocations are kept this long for the operator.
  revocation: `set_aside is not null and since < ${ago(90 * DAY_MS)}`,
  engaged: dayBefore(2 * DAY_MS),
  web_state: `expires_at < ${ago(0)}`,
  web_code: `expires_at < ${ago(0)}`,
};

/** Accounts without sessions are kept this long, in milliseconds. */
export const ACCOUNT_AGE_MS = 30 * DAY_MS;
const NO_SESSION = 'not exists (select from companion.session where session.account = account.key)';

/** Works on the rows from the first to before the last of PostgreSQL's `tid`s. */
type Slice = (transaction: Queryable, tids: readonly [first: string, end: string]) => Promise<unknown>;

/** The part of the store that deletes what has expired, slice by slice. */
export function pruning(database: Database): Pick<Store, 'prune'> {
  return {
    prune: async (failed) => {
      for (const [table, condition] of Object.entries(EXPIRED))
        await inSlices(database, table, deleteRows(table, condition)).catch(failed);
      await inSlices(database, 'account', eraseUnused).catch(failed);
    },
  };
}

/** Rows updated meanwhile may move to a page already read; the next run finds them. */
async function inSlices(database: Database, table: string, slice: Slice): Promise<void> {
  const [size] = await database.query<{ pages: number }>(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages`,
    [`companion.${table}`],
  );
  for (let first = 0; first < (size?.pages ?? 0); first += SLICE_PAGES) {
    const tids = [`(${first},0)`, `(${first + SLICE_PAGES},0)`] as const;
    await database.transaction((transaction) => slice(transaction, tids), SLICE_PATIENCE_MS);
  }
}

function deleteRows(table: string, condition: string): Slice {
  const text = `
    delete from companion.${table} where ctid = any(array(
      select ctid from companion.${table}
      where ctid >= $1::tid and ctid < $2::tid and ${condition}
      for update skip locked
    ))`;
  return (transaction, tids) => transaction.query(text, tids);
}

/** Erases accounts without a session. Checked again under the row lock, which a concurrent session creation holds. */
const eraseUnused: Slice = async (transaction, tids) => {
  // Forces index lookups per account, whatever the table statistics say.
  await transaction.query(
    'set local enable_seqscan to off; set local enable_hashjoin to off; set local enable_mergejoin to off',
  );
  const found = await transaction.query<{ key: Buffer }>(
    `select key from companion.account
     where ctid >= $1::tid and ctid < $2::tid
       and created_at < ${ago(ACCOUNT_AGE_MS)} and ${NO_SESSION}
     order by key for update skip locked`,
    tids,
  );
  if (found.length === 0) return;
  const unused = await transaction.query<{ key: Buffer }>(
    `select key from companion.account where key = any($1) and ${NO_SESSION}`,
    [found.map(({ key }) => key)],
  );
  await transaction.query('select companion.erase_accounts($1)', [unused.map(({ key }) => key)]);
};
