// Counts events by day for accounts that allow metrics, and deletes the counts when they no longer do.
import type { Store } from '../store.ts';
import type { Database, Queryable } from './database.ts';
import { lockAccountOf, readSession, sessionStatus } from './session-status.ts';

/** Maximum rows per account and day, so that one account can't fill the disk. */
const ROWS_A_DAY = 100;

const ADD = `
  insert into companion.metric as known (account, client_id, day, name, detail, count)
  select $1, $2, day, name, detail, count from (
    select e.*, there, row_number() over (partition by e.day, there) as nth
    from (
      -- One statement may not update a row twice.
      select day, name, detail, sum(count)::bigint as count
      from unnest($3::date[], $4::text[], $5::text[], $6::bigint[]) as given (day, name, detail, count) group by 1, 2, 3
    ) as e
    cross join lateral (select exists (
      select from companion.metric m
      where m.account = $1 and m.client_id = $2 and m.day = e.day and m.name = e.name and m.detail = e.detail
    ) as there) as existing
  ) as event
  where there or nth + (select count(*) from companion.metric m where m.account = $1 and m.day = event.day) <= ${ROWS_A_DAY}
  on conflict (account, day, client_id, name, detail) do update set count = known.count + excluded.count`;

// The row lock keeps consent from changing before the insert commits.
const ENGAGE = `
  with allowed as (
    select key from companion.account where key = companion.current_key($1) and metrics and metrics_read_at >= $2 for share
  )
  insert into companion.engaged (account, client_id, day) select key, $3, $4::date from allowed
  on conflict do nothing returning day`;

const LOCK = 'select key from companion.account where key = companion.current_key($1) for update';

/** The part of the store that counts events, and deletes the counts. */
export function metrics(database: Database): Pick<Store, 'addMetrics' | 'engageOnce' | 'forgetMetrics'> {
  return {
    addMetrics: (hash, events, readSince, at) =>
      database.transaction(async (transaction) => {
        // Waits for an opt-out, or for a sign-out that deletes these counts, so that nothing is added after it.
        await lockAccountOf(transaction, hash);
        const row = await readSession(transaction, hash);
        const session = row && sessionStatus(row, at);
        if (session?.status !== 'live' || !session.metrics || session.metricsReadAt < readSince) return false;
        await transaction.query(ADD, [
          session.account,
          session.clientId,
          events.map(({ day }) => day),
          events.map(({ name }) => name),
          events.map(({ detail = '' }) => detail),
          events.map(({ count }) => count),
        ]);
        return true;
      }),
    engageOnce: async (account, clientId, day, readSince) =>
      (await database.query(ENGAGE, [account, readSince, clientId, day])).length > 0,
    forgetMetrics: (account, clientId) =>
      database.transaction(async (transaction) => {
        // The lock waits for concurrent inserts, so that their rows are deleted too.
        const lock = () => transaction.query<{ key: Buffer }>(LOCK, [account]);
        // Twice, since it may be moved to another key meanwhile.
        const [row] = [...(await lock()), ...(await lock())];
        if (row !== undefined) await deleteMetrics(transaction, row.key, clientId);
      }),
  };
}

/**
 * Deletes what one client counted for an account, whose row must be locked. `engaged` is kept, so that `engage` is still
 * sent only once a day.
 */
export async function deleteMetrics(
  transaction: Queryable,
  account: Buffer,
  clientId: string,
): Promise<void> {
  await transaction.query('delete from companion.metric where account = $1 and client_id = $2', [
    account,
    clientId,
  ]);
}
