// Forgets what has lived long enough.
import { DAY_MS } from '../day.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { ABSOLUTE_MS, IDLE_MS } from './standing.ts';

/** Rows of one statement: everybody else waits for it where the database is embedded. */
const SLICE = 2_000;

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
const NO_SESSION = 'created_at < $1 and not exists (select from companion.session where account = key)';

export function pruning(database: Database): Pick<Store, 'prune'> {
  return {
    prune: async (at) => {
      for (const { table, where, after } of RULES) {
        const text = `
          delete from companion.${table} where ctid = any(array(
            select ctid from companion.${table} where ${where.replaceAll('$1', '$1::bigint')} limit ${SLICE} for update skip locked
          )) returning 1 as gone`;
        await untilFew(() => database.query(text, [at - after]));
      }
      await untilFew(() => eraseForsaken(database, at - ACCOUNT_AGE_MS));
      await database.tidy();
    },
  };
}

/** Accounts without a session. Looked at twice: who buys one just now holds the account's row until it is there. */
function eraseForsaken(database: Database, before: number): Promise<object[]> {
  return database.transaction(async (transaction) => {
    const found = await transaction.query<{ key: Buffer }>(
      `select key from companion.account where ${NO_SESSION} order by key limit ${SLICE} for update skip locked`,
      [before],
    );
    const keys = found.map(({ key }) => key);
    const forsaken = await transaction.query<{ key: Buffer }>(
      `select key from companion.account where key = any($2) and ${NO_SESSION}`,
      [before, keys],
    );
    await transaction.query('select companion.erase_accounts($1)', [forsaken.map(({ key }) => key)]);
    return found;
  });
}

async function untilFew(remove: () => Promise<object[]>): Promise<void> {
  while ((await remove()).length >= SLICE);
}
