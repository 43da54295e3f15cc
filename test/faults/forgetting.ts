// A companion with a million accounts and one and a half million sessions deletes expired data, on a real PostgreSQL,
// while sessions are being created.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres } from '../../scripts/machine/postgres.mjs';
import type { Database } from '../../src/companion/db/database.ts';
import { openDatabase } from '../../src/companion/db/open.ts';
import { createStore } from '../../src/companion/db/store.ts';

const ACCOUNTS = 1_000_000;
const STEP = 100_000;
const DAY_MS = 86_400_000;

export interface Telling {
  /** What is wrong. */
  readonly tell: (what: string) => void;
  readonly say: (what: string) => void;
}

/** Returns the figures. */
export async function forgetMillions({ tell, say }: Telling): Promise<string> {
  const server = await startPostgres({ settings: { fsync: 'off' } });
  const database = await openDatabase({ url: server.url });
  try {
    await fill(server.url, say);
    const one = async (text: string) =>
      Number(Object.values((await database.query<Record<string, number>>(text))[0] ?? {})[0]);
    const sessions = await one("select count(*) from companion.session where hash < '\\x80'");
    const accounts = await one("select count(distinct account) from companion.session where hash < '\\x80'");

    let longest = 0;
    let slices = 0;
    const measured: Database = {
      ...database,
      transaction: async (work, patience) => {
        const began = performance.now();
        const done = await database.transaction(work, patience);
        longest = Math.max(longest, performance.now() - began);
        if (++slices % 200 === 0) say(`${slices} slices, the longest ${Math.round(longest)} ms`);
        return done;
      },
    };
    const began = performance.now();
    const buying = buyUntil(database);
    await createStore(measured).prune((error) => tell(`forgetting failed: ${String(error)}`));
    const bought = await buying.stop();
    const took = Math.round((performance.now() - began) / 1000);

    const left = [
      await one('select count(*) from companion.session'),
      await one('select count(*) from companion.account'),
    ];
    const expected = [sessions + bought.count, accounts + bought.count];
    if (left.join() !== expected.join())
      tell(`${left.join(' sessions and ')} accounts are left, not ${expected.join(' and ')}`);
    return (
      `${ACCOUNTS - accounts} accounts, and the sessions that were over, forgotten in ${took} s, ${slices} slices, the longest ` +
      `${Math.round(longest)} ms; ${bought.count} sessions bought meanwhile, the slowest in ${Math.round(bought.slowest)} ms`
    );
  } finally {
    await database.close();
    await server.stop();
  }
}

/** Every second account has two sessions or one; half of all sessions, by their hash, ended long ago. */
async function fill(url: string, say: (what: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const now = Date.now();
  const old = now - 100 * DAY_MS;
  for (let from = 0; from < ACCOUNTS; from += STEP) {
    const range = [from, from + STEP - 1, old];
    await client.query(
      `insert into companion.account (key, created_at)
       select sha256(convert_to('account ' || n, 'UTF8')), $3 from generate_series($1::integer, $2::integer) as n`,
      range,
    );
    await client.query(
      `insert into companion.session (hash, account, client_id, sealed_uid, proved_at, created_at, seen_at, ended_reason, ended_at)
       select hash, sha256(convert_to('account ' || n, 'UTF8')), 'client', 'sealed', $3::bigint, $3::bigint,
         case when hash < '\\x80' then $4::bigint else $3::bigint end,
         case when hash < '\\x80' then null else 'signed_out' end, case when hash < '\\x80' then null else $3::bigint end
       from generate_series($1::integer, $2::integer) as n, generate_series(1, 3) as nth,
         sha256(convert_to('session ' || n || ' ' || nth, 'UTF8')) as hash
       where n % 2 = 0`,
      [...range, now],
    );
    say(`${from + STEP} accounts are there`);
  }
  await client.end();
}

/** One session after the other, each of a new account. */
function buyUntil(database: Database) {
  const store = createStore(database);
  const over = new AbortController();
  let count = 0;
  let slowest = 0;
  const all = (async () => {
    while (!over.signal.aborted) {
      const began = performance.now();
      const at = Date.now();
      await store.createSession({
        account: randomBytes(32),
        clientId: 'client',
        hash: randomBytes(32),
        sealedUid: Buffer.from('sealed'),
        presented: false,
        provedAt: at,
        metrics: false,
        readAtRevision: 0,
        at,
      });
      count += 1;
      slowest = Math.max(slowest, performance.now() - began);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await all;
      return { count, slowest };
    },
  };
}
