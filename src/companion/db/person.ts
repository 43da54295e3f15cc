// What is kept about one person in one space: shown to whom it concerns, or erased on request.
import type { Database, Queryable } from './database.ts';
import { formatNotification, notify } from './notifications.ts';
import { readSession, sessionStatus } from './session-status.ts';

type Row = Readonly<Record<string, unknown>>;

const ACCOUNT = `
  select created_at as "createdAt", revision, nullif(valid_after, 0) as "passwordChangedAt", metrics,
    nullif(metrics_read_at, 0) as "metricsReadAt"
  from companion.account where key = any($1)`;
const SESSIONS = 'select hash from companion.session where account = any($1) order by created_at, hash';
const EVENTS = `
  select kind, at, received_at as "receivedAt" from companion.ledger where account = any($1) order by received_at, kind`;
const CAPABILITIES =
  'select name, active, at from companion.capability where account = any($1) order by name';
const METRICS = `
  select client_id as client, day::text, name, detail, count from companion.metric where account = any($1)
  order by day, client_id, name, detail`;
const ENGAGED = `
  select client_id as client, day::text from companion.engaged where account = any($1) order by day, client_id`;
const TOMBSTONE = 'select deleted_at as "deletedAt" from companion.tombstone where account = any($1)';

/** Everything in the database by an account's keys, but for hashes and the sealed uid. `at` in milliseconds. */
export async function person(database: Database, keys: readonly Buffer[], at: number): Promise<Row> {
  const rows = async (text: string) => (await database.query<Row>(text, [keys])).map(readable);
  const [account = null] = await rows(ACCOUNT);
  const [tombstone] = await rows(TOMBSTONE);
  if (account === null) return { account, ...tombstone };
  const sessions: Row[] = [];
  for (const { hash } of await database.query<{ hash: Buffer }>(SESSIONS, [keys])) {
    const row = await readSession(database, hash);
    if (row === undefined) continue;
    const { status, ...more } = sessionStatus(row, at);
    const ended = status === 'ended' ? readable(more) : {};
    const { clientId: client, createdAt, seenAt } = row;
    sessions.push({ client, status, ...readable({ createdAt, seenAt }), ...ended });
  }
  return {
    account,
    sessions,
    events: await rows(EVENTS),
    capabilities: await rows(CAPABILITIES),
    metrics: await rows(METRICS),
    engaged: await rows(ENGAGED),
  };
}

/** Instants in ISO 8601. */
function readable(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => {
    const isInstant = typeof value === 'number' && /^at$|At$/.test(name);
    return [name, isInstant ? new Date(value).toISOString() : value] as const;
  });
  return Object.fromEntries(entries);
}

const TOMB = `
  insert into companion.tombstone (account, deleted_at) select key, companion.instant() from unnest($1::bytea[]) as key
  on conflict do nothing`;
const END = `
  update companion.session set account = null, sealed_uid = null,
    ended_reason = coalesce(ended_reason, $2), ended_at = coalesce(ended_at, companion.instant())
  where account = any($1) returning hash`;

/** Erases accounts, and ends their sessions for this reason; resolves with how many sessions they had. */
export async function eraseAccounts(
  transaction: Queryable,
  keys: readonly Buffer[],
  reason: 'account_deleted' | 'expired',
): Promise<number> {
  const ended = await transaction.query(END, [keys, reason]);
  await transaction.query('select companion.erase_accounts($1)', [keys]);
  return ended.length;
}

/**
 * Erases an account as its deletion at Mozilla accounts does, and has every instance drop its tokens. Resolves with the
 * number of sessions after the commit; undefined when it was unknown, and then nothing is written.
 */
export async function erasePerson(
  database: Database,
  keys: readonly Buffer[],
  at: number,
): Promise<number | undefined> {
  const sessions = await database.transaction(async (transaction) => {
    const found = await transaction.query<{ key: Buffer }>(
      'select key from companion.account where key = any($1) order by key for update',
      [keys],
    );
    if (found.length === 0) return undefined;
    const known = found.map(({ key }) => key);
    // Under the new secret, too: the old one's tombstone may not be found any more after a rotation.
    await transaction.query(TOMB, [keys]);
    const ended = await eraseAccounts(transaction, known, 'account_deleted');
    const deletions = keys.map((account) => ({ account, events: [{ kind: 'delete_user' }] as const, at }));
    await notify(transaction, formatNotification(deletions));
    return ended;
  });
  if (sessions !== undefined) await database.flush();
  return sessions;
}
