// Totals for the operator: how much, how old, what is stuck. Nothing about a single account or session.
import { DAY_MS } from '../day.ts';
import type { EventKind } from '../security-events/types.ts';
import type { LastEvent, OperatorState, SetAside, Store } from '../store.ts';
import type { Database, Queryable } from './database.ts';
import { StoreError } from './errors.ts';
import { rotationState } from './rotation.ts';
import { ENDED_AT } from './session-status.ts';

const CLIENTS = `
  select client_id as id, coalesce(sessions, 0) as sessions, kind, at from (
    select client_id, count(*) as sessions from companion.session join companion.account on account.key = session.account
    where ended_reason is null and proved_at >= valid_after and ${ENDED_AT} > $1
    group by client_id
  ) as live full join (
    select distinct on (client_id) client_id, kind, last_at as at from companion.delivery_count
    order by client_id, last_at desc, kind
  ) as last using (client_id)`;

const EVENT_AGES = `
  select client_id, since, (select max(last_at) from companion.delivery_count where client_id = space.client_id) as at
  from companion.client_space space`;

const DELIVERIES = `
  select hour, client_id as "clientId", kind, count from companion.delivery_count
  where hour > $1 order by hour, client_id, kind`;

const PENDING =
  'select count(*) as pending, min(since) as oldest from companion.revocation where set_aside is null';

const SET_ASIDE = `
  select client_id as "clientId", set_aside as why, count(*) as count from companion.revocation
  where set_aside is not null group by 1, 2 order by 1, 2`;

/**
 * With the table's low fill factor a row of 1 kB needs a new page, so a full disk shows before an event meets it. The
 * embedded database never vacuums by itself and checks free space instead.
 */
const TRY_WRITING = `insert into companion.health (filler) values (repeat('x', $1::integer))`;

const CLOCK = 'select extract(epoch from clock_timestamp())::float8 * 1000 as clock';

/** The part of the store that says how things stand: for the status page, the gauges and the health check. */
export function operator(
  database: Database,
): Pick<Store, 'operatorState' | 'revocationState' | 'lastEvents' | 'ping'> {
  return {
    operatorState: async (at) => ({
      rotation: await rotationState(database),
      clients: await clients(database, at),
      deliveries: await database.query<OperatorState['deliveries'][number]>(DELIVERIES, [at - 7 * DAY_MS]),
      revocations: await pending(database),
    }),
    revocationState: () => pending(database),
    lastEvents: async () => {
      const rows = await database.query<LastEvent & { readonly client_id: string }>(EVENT_AGES);
      return Object.fromEntries(rows.map(({ client_id: id, since, at }) => [id, { since, at }]));
    },
    ping: async () => {
      const clock = await database.transaction(async (transaction) => {
        await transaction.query('delete from companion.health');
        await transaction.query(TRY_WRITING, [database.kind === 'postgresql' ? 1000 : 1]);
        const [row] = await transaction.query<{ clock: number }>(CLOCK);
        return row?.clock ?? NaN;
      });
      await database.flush();
      if ((await database.hasRoom?.()) === false) {
        throw new StoreError('database_away', 'The disk is full.', { why: 'disk_full' });
      }
      return clock;
    },
  };
}

interface ClientRow {
  readonly id: string;
  readonly sessions: number;
  /** Null when no event is known. */
  readonly kind: EventKind | null;
  readonly at: number;
}

async function clients(database: Queryable, at: number): Promise<OperatorState['clients']> {
  const rows = await database.query<ClientRow>(CLIENTS, [at]);
  return Object.fromEntries(
    rows.map(({ id, sessions, kind, at: lastAt }) => [
      id,
      { sessions, ...(kind !== null && { lastEvent: { kind, at: lastAt } }) },
    ]),
  );
}

async function pending(database: Queryable): Promise<OperatorState['revocations']> {
  const [row] = await database.query<{ pending: number; oldest: number | null }>(PENDING);
  return {
    pending: row?.pending ?? 0,
    oldest: row?.oldest ?? undefined,
    setAside: await database.query<SetAside>(SET_ASIDE),
  };
}
