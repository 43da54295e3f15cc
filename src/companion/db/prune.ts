// Forgets what has lived long enough, in slices of each table.
import { DAY_MS } from '../day.ts';
import type { Store } from '../store.ts';
import type { Database, Queryable } from './database.ts';
import { ABSOLUTE_MS, IDLE_MS } from './session-status.ts';

/**
 * Pages of a table that one statement reads: every statement takes the same time however large the table is, and where the
 * database is embedded everybody else waits for it.
 */
const SLICE_PAGES = 64;
/** For one slice, on a server that has much else to do. Nobody waits for an answer. */
const SLICE_PATIENCE_MS = 120_000;

interface Rule {
  readonly table: string;
  /** `$1` is the instant before which it is forgotten. */
  readonly where: string;
  /** Milliseconds. */
  readonly after: number;
}

const DAY_BEFORE = "day < (to_timestamp($1 / 1000.0) at time zone 'UTC')::date";

const RULES: readonly Rule[] = [
  // FxA: the broker's queue gives a delivery up after a week.
  { table: 'ledger', where: 'received_at < $1', after: 8 * DAY_MS },
  {
    table: 'session',
    where: `coalesce(ended_at, least(seen_at + ${IDLE_MS}, created_at + ${ABSOLUTE_MS})) < $1`,
    after: 30 * DAY_MS,
  },
  { table: 'delivery_count', where: 'hour < $1', after: 60 * DAY_MS },
  { table: 'metric', where: DAY_BEFORE, after: 90 * DAY_MS },
  // By then the operator has seen them, or never will.
  { table: 'revocation', where: 'set_aside is not null and since < $1', after: 90 * DAY_MS },
  { table: 'engaged', where: DAY_BEFORE, after: 2 * DAY_MS },
];

const ACCOUNT_AGE_MS = 30 * DAY_MS;
const NO_SESSION = 'not exists (select from companion.session where session.account = account.key)';

type Slice = (transaction: Queryable, pages: Pages) => Promise<unknown>;

/** Where rows are in the table, as PostgreSQL's `tid`: from the first up to the end. */
interface Pages {
  readonly first: string;
  readonly end: string;
}

export function pruning(database: Database): Pick<Store, 'prune' | 'tidy'> {
  return {
    prune: async (failed) => {
      for (const rule of RULES) await inSlices(database, rule.table, forget(rule)).catch(failed);
      await inSlices(database, 'account', eraseForsaken).catch(failed);
    },
    tidy: () => database.tidy(),
  };
}

/** What is updated meanwhile may move to a page that has been read; it is found the next time. */
async function inSlices(database: Database, table: string, slice: Slice): Promise<void> {
  const [size] = await database.query<{ pages: number }>(
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages`,
    [`companion.${table}`],
  );
  for (let first = 0; first < (size?.pages ?? 0); first += SLICE_PAGES) {
    const pages = { first: `(${first},0)`, end: `(${first + SLICE_PAGES},0)` };
    await database.transaction((transaction) => slice(transaction, pages), SLICE_PATIENCE_MS);
  }
}

function forget({ table, where, after }: Rule): Slice {
  const text = `
    delete from companion.${table} where ctid = any(array(
      select ctid from companion.${table}
      where ctid >= $1::tid and ctid < $2::tid
        and ${where.replaceAll('$1', `(companion.instant() - ${after})`)}
      for update skip locked
    ))`;
  return (transaction, { first, end }) => transaction.query(text, [first, end]);
}

/** Accounts without a session. Looked at twice: who buys one just now holds the account's row until it is there. */
async function eraseForsaken(transaction: Queryable, { first, end }: Pages): Promise<void> {
  // One look into the index for each account, whatever the server has counted of the tables so far.
  await transaction.query(
    'set local enable_seqscan to off; set local enable_hashjoin to off; set local enable_mergejoin to off',
  );
  const found = await transaction.query<{ key: Buffer }>(
    `select key from companion.account
     where ctid >= $1::tid and ctid < $2::tid
       and created_at < companion.instant() - ${ACCOUNT_AGE_MS} and ${NO_SESSION}
     order by key for update skip locked`,
    [first, end],
  );
  if (found.length === 0) return;
  const forsaken = await transaction.query<{ key: Buffer }>(
    `select key from companion.account where key = any($1) and ${NO_SESSION}`,
    [found.map(({ key }) => key)],
  );
  await transaction.query('select companion.erase_accounts($1)', [forsaken.map(({ key }) => key)]);
}
