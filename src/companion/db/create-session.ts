// Creates a session, or refreshes the one the client presents.
import { DAY_MS } from '../day.ts';
import type { CreateResult, CreateRequest, Store } from '../store.ts';
import type { AccountKeys } from '../clients.ts';
import type { Database, Queryable } from './database.ts';
import { StoreError } from './errors.ts';
import { notifyOf } from './notifications.ts';
import { isRotated, rekey, rekeyAccount } from './rotation.ts';
import { readSession, sessionStatus } from './session-status.ts';

const MOST_PER_DAY = 50;

interface AccountRow {
  readonly key: Buffer;
  readonly revision: number;
  readonly valid_after: number;
  readonly metrics_read_at: number;
}

const INSERT_ACCOUNT =
  'insert into companion.account (key, created_at) values (companion.current_key($1), $2) on conflict do nothing returning key';
const LOCK_ACCOUNT =
  'select key, revision, valid_after, metrics_read_at from companion.account where key = companion.current_key($1) for update';
const DELETE_MOVED =
  'delete from companion.account where key = $1 and key in (select former from companion.rekeyed) returning key';

const PROVE_AGAIN = `
  update companion.session set proved_at = greatest(proved_at, $2), sealed_uid = $3, seen_at = greatest(seen_at, $4)
  where hash = $1`;
const INSERT_SESSION = `
  insert into companion.session (hash, account, client_id, proved_at, sealed_uid, created_at, seen_at)
  values ($1, $5, $6, $2, $3, $4, $4)`;

const OPEN_METRICS = 'update companion.account set metrics = true, metrics_read_at = $2 where key = $1';
const CLOSE_METRICS =
  'update companion.account set metrics = false, metrics_read_at = greatest(metrics_read_at, $2) where key = $1';

/** Rolls back a transaction whose result is not a session. */
class Rejected extends Error {
  readonly outcome: CreateResult;

  constructor(outcome: CreateResult) {
    super('No session was created.');
    this.outcome = outcome;
  }
}

/** The part of the store that registers accounts and creates sessions. */
export function sessionCreation(database: Database): Pick<Store, 'registerAccount' | 'createSession'> {
  /** Resolves with the outcome of a transaction, also of one that was rolled back by `Rejected`. */
  const outcomeOf = async <T>(keys: AccountKeys, work: (transaction: Queryable) => Promise<T>) => {
    try {
      return await database.transaction(work);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      // The rollback has kept the tombstone where it was.
      if (error.outcome.status === 'deleted') await rekeyAccount(database, keys);
      return error.outcome;
    }
  };
  return {
    registerAccount: async (keys, at) => {
      const registered = await outcomeOf(keys, (transaction) => lockAccount(transaction, keys, at));
      return 'revision' in registered ? registered.revision : 0;
    },
    createSession: async (request) => {
      const created = await outcomeOf(request, (transaction) => createSession(transaction, request));
      await database.flush();
      return created;
    },
  };
}

async function createSession(transaction: Queryable, given: CreateRequest): Promise<CreateResult> {
  const { hash, sealedUid, clientId, at } = given;
  // Lock order: accounts before sessions, as everywhere.
  const accountRow = await lockAccount(transaction, given, at);
  const account = accountRow.key;
  const request = { ...given, account };
  if (request.presented) await requirePresented(transaction, request);
  const provedAt = Math.trunc(request.provedAt);
  if (accountRow.valid_after > provedAt) {
    throw new Rejected({ status: 'ended', reason: 'password_changed', at: accountRow.valid_after });
  }
  if (request.presented) await transaction.query(PROVE_AGAIN, [hash, provedAt, sealedUid, at]);
  else {
    await enforceDailyLimit(transaction, request);
    await transaction.query(INSERT_SESSION, [hash, provedAt, sealedUid, at, account, clientId]);
  }
  await applyConsent(transaction, request, accountRow);
  await notifyOf(transaction, account);
  const row = await readSession(transaction, hash);
  if (row === undefined) throw new Error('A session that was just written is gone.');
  return sessionStatus(row, at);
}

/** Locks the account's row, inserting it if needed; during a rotation it then has the key under the new secret. */
async function lockAccount(transaction: Queryable, keys: AccountKeys, at: number): Promise<AccountRow> {
  const { account } = keys;
  const lock = async () => (await transaction.query<AccountRow>(LOCK_ACCOUNT, [account]))[0];
  for (;;) {
    const known = isRotated(keys) ? await lock() : undefined;
    if (known !== undefined) return known;
    // First under the key that instances with the former secret know: of two that register the account, one waits.
    const [made] = await transaction.query<{ key: Buffer }>(INSERT_ACCOUNT, [keys.former ?? account, at]);
    if (made !== undefined) {
      // Check only now: a concurrent deletion or move has committed, otherwise its row would have blocked the insert.
      const [tombstone] = await transaction.query<{ deleted_at: number }>(
        'select deleted_at from companion.tombstone where account = any($1)',
        [[made.key, account]],
      );
      if (tombstone !== undefined) throw new Rejected({ status: 'deleted', at: tombstone.deleted_at });
      const moved = await transaction.query(DELETE_MOVED, [made.key]);
      if (moved.length > 0) continue;
    }
    if (isRotated(keys)) await rekey(transaction, [keys]);
    const row = await lock();
    // Missing when the account was deleted or moved while this waited for the lock.
    if (row !== undefined) return row;
  }
}

/** Limits new sessions per account and day; each browser needs one, and another when its data is lost. */
async function enforceDailyLimit(transaction: Queryable, { account }: CreateRequest): Promise<void> {
  const [created] = await transaction.query<{ count: number }>(
    'select count(*)::integer as count from companion.session where account = $1 and sold_at > companion.instant() - $2',
    [account, DAY_MS],
    'created_today',
  );
  if ((created?.count ?? 0) >= MOST_PER_DAY) {
    throw new StoreError('too_many', 'This account has created too many sessions today');
  }
}

/**
 * Clients can't choose a session's hash: a presented session must exist, belong to this account and client, and be
 * live.
 */
async function requirePresented(
  transaction: Queryable,
  { hash, account, clientId, at }: CreateRequest,
): Promise<void> {
  await transaction.query('select from companion.session where hash = $1 for update', [hash]);
  const row = await readSession(transaction, hash);
  const isOurs = row?.clientId === clientId && (row.account === null || row.account.equals(account));
  if (!isOurs) throw new Rejected({ status: 'unknown' });
  const now = sessionStatus(row, at);
  if (now.status === 'ended') throw new Rejected(now);
}

/** Applies the profile's metrics setting, unless an event or a later profile is newer. */
async function applyConsent(
  transaction: Queryable,
  { account, metrics, readAtRevision, at }: CreateRequest,
  accountRow: AccountRow,
): Promise<void> {
  if (!metrics) {
    await transaction.query(CLOSE_METRICS, [account, at]);
    await transaction.query('select companion.forget_metrics(array[$1]::bytea[])', [account]);
    return;
  }
  const isNewest = accountRow.revision === readAtRevision && accountRow.metrics_read_at <= at;
  if (isNewest) await transaction.query(OPEN_METRICS, [account, at]);
}
