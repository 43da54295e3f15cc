// Events counted by day, of accounts that may be measured, and of nobody else for a moment longer.
import type { MetricsEvent } from '../../contract/companion.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';

/** Rows of one account and day, so that nobody fills the disk. */
const ROWS_A_DAY = 100;

// The lock keeps the consent as it is until the row that needs it is committed.
const ALLOWED = 'select key from companion.account where key = $1 and metrics and metrics_read_at >= $2';

const ADD = `
  insert into companion.metric as known (account, client_id, day, name, detail, count)
  select $1, $2, day, name, detail, count from (
    select e.*, there, row_number() over (partition by e.day, there) as nth
    from unnest($3::date[], $4::text[], $5::text[], $6::bigint[]) as e (day, name, detail, count)
    cross join lateral (select exists (
      select from companion.metric m
      where m.account = $1 and m.client_id = $2 and m.day = e.day and m.name = e.name and m.detail = e.detail
    ) as there) as existing
  ) as event
  where there or nth + (select count(*) from companion.metric m where m.account = $1 and m.day = event.day) <= ${ROWS_A_DAY}
  on conflict (account, day, client_id, name, detail) do update set count = known.count + excluded.count`;

const ENGAGE = `
  with allowed as (${ALLOWED} for share)
  insert into companion.engaged (account, client_id, day) select key, $3, $4::date from allowed
  on conflict do nothing returning day`;

export function metrics(database: Database): Pick<Store, 'addMetrics' | 'engageOnce' | 'forgetMetrics'> {
  return {
    addMetrics: (account, clientId, events, readSince) =>
      database.transaction(async (transaction) => {
        const [allowed] = await transaction.query(`${ALLOWED} for update`, [account, readSince]);
        if (allowed === undefined) return false;
        if (events.length > 0) await transaction.query(ADD, [account, clientId, ...columns(events)]);
        return true;
      }),
    engageOnce: async (account, clientId, day, readSince) =>
      (await database.query(ENGAGE, [account, readSince, clientId, day])).length > 0,
    forgetMetrics: (account, clientId) =>
      database.transaction(async (transaction) => {
        // What is being counted at this moment is forgotten too.
        await transaction.query('select from companion.account where key = $1 for update', [account]);
        await transaction.query('delete from companion.metric where account = $1 and client_id = $2', [
          account,
          clientId,
        ]);
        // That somebody was engaged today stays known: it is told once a day, whatever is forgotten.
      }),
  };
}

/** One row a day, name and detail: a statement must not meet the same row twice. */
function columns(events: readonly MetricsEvent[]): unknown[] {
  const sums = new Map<string, { day: string; name: string; detail: string; count: number }>();
  for (const { day, name, detail = '', count } of events) {
    const key = JSON.stringify([day, name, detail]);
    sums.set(key, { day, name, detail, count: (sums.get(key)?.count ?? 0) + count });
  }
  const rows = [...sums.values()];
  return [
    rows.map(({ day }) => day),
    rows.map(({ name }) => name),
    rows.map(({ detail }) => detail),
    rows.map(({ count }) => count),
  ];
}
