// Buying a session, or proving again the one that is shown.
import { DAY_MS } from '../day.ts';
import type { CreateResult, CreateRequest, Store } from '../store.ts';
import type { Database, Queryable } from './database.ts';
import { StoreError } from './errors.ts';
import { readSession, sessionStatus } from './session-status.ts';

const MOST_PER_DAY = 50;

interface AccountRow {
  readonly revision: number;
  readonly valid_after: number;
  readonly metrics_read_at: number;
}

const INSERT_ACCOUNT =
  'insert into companion.account (key, created_at) values ($1, $2) on conflict do nothing returning revision';
const LOCK_ACCOUNT =
  'select revision, valid_after, metrics_read_at from companion.account where key = $1 for update';

const PROVE_AGAIN = `
  update companion.session set proved_at = greatest(proved_at, $2), sealed_uid = $3, seen_at = greatest(seen_at, $4)
  where hash = $1`;
const INSERT_SESSION = `
  insert into companion.session (hash, account, client_id, proved_at, sealed_uid, created_at, seen_at)
  values ($1, $5, $6, $2, $3, $4, $4)`;

const OPEN_METRICS = 'update companion.account set metrics = true, metrics_read_at = $2 where key = $1';
const CLOSE_METRICS =
  'update companion.account set metrics = false, metrics_read_at = greatest(metrics_read_at, $2) where key = $1';

/** Thrown to undo what a purchase wrote before it came to nothing. */
class Rejected extends Error {
  readonly outcome: CreateResult;

  constructor(outcome: CreateResult) {
    super('Nothing was bought.');
    this.outcome = outcome;
  }
}

export function sessionCreation(database: Database): Pick<Store, 'open' | 'createSession'> {
  return {
    open: async (account, at) => {
      const opened = await orRejected(
        database.transaction((transaction) => openAccount(transaction, account, at)),
      );
      return 'revision' in opened ? opened.revision : 0;
    },
    createSession: async (request) => {
      const created = await orRejected(
        database.transaction((transaction) => createSession(transaction, request)),
      );
      await database.flush();
      return created;
    },
  };
}

async function orRejected<T>(created: Promise<T>): Promise<T | CreateResult> {
  try {
    return await created;
  } catch (error) {
    if (error instanceof Rejected) return error.outcome;
    throw error;
  }
}

async function createSession(transaction: Queryable, request: CreateRequest): Promise<CreateResult> {
  const { account, hash, sealedUid, clientId, at } = request;
  // Accounts are locked before their sessions, here as everywhere.
  const open = await openAccount(transaction, account, at);
  if (request.presented) await requirePresented(transaction, request);
  const provedAt = Math.trunc(request.provedAt);
  if (open.valid_after > provedAt) {
    throw new Rejected({ status: 'ended', reason: 'password_changed', at: open.valid_after });
  }
  if (request.presented) await transaction.query(PROVE_AGAIN, [hash, provedAt, sealedUid, at]);
  else {
    await enforceDailyLimit(transaction, request);
    await transaction.query(INSERT_SESSION, [hash, provedAt, sealedUid, at, account, clientId]);
  }
  await applyConsent(transaction, request, open);
  const row = await readSession(transaction, hash);
  if (row === undefined) throw new Error('A session that was just written is gone.');
  return sessionStatus(row, at);
}

/** Locks the account's row, which is made if need be. */
async function openAccount(transaction: Queryable, account: Buffer, at: number): Promise<AccountRow> {
  for (;;) {
    const [made] = await transaction.query(INSERT_ACCOUNT, [account, at]);
    if (made !== undefined) {
      // Asked only now: whoever was deleting the account has committed, or its row would have been in the way.
      const [tombstone] = await transaction.query<{ deleted_at: number }>(
        'select deleted_at from companion.tombstone where account = $1',
        [account],
      );
      if (tombstone !== undefined) throw new Rejected({ status: 'deleted', at: tombstone.deleted_at });
    }
    const [row] = await transaction.query<AccountRow>(LOCK_ACCOUNT, [account]);
    // It is gone again when it was deleted while this waited for it.
    if (row !== undefined) return row;
  }
}

/** Each browser of a person buys one, and again after it has lost everything. */
async function enforceDailyLimit(transaction: Queryable, { account }: CreateRequest): Promise<void> {
  const [created] = await transaction.query<{ count: number }>(
    'select count(*)::integer as count from companion.session where account = $1 and sold_at > companion.instant() - $2',
    [account, DAY_MS],
    'bought_lately',
  );
  if ((created?.count ?? 0) >= MOST_PER_DAY) {
    throw new StoreError('too_many', 'This account has bought too many sessions today');
  }
}

/** Nobody chooses a session's hash: one that is shown has been sold before, to the same account and client, and lives. */
async function requirePresented(
  transaction: Queryable,
  { hash, account, clientId, at }: CreateRequest,
): Promise<void> {
  await transaction.query('select from companion.session where hash = $1 for update', [hash]);
  const row = await readSession(transaction, hash);
  const isOurs = row?.client_id === clientId && (row.account === null || row.account.equals(account));
  if (!isOurs) throw new Rejected({ status: 'unknown' });
  const now = sessionStatus(row, at);
  if (now.status === 'ended') throw new Rejected(now);
}

/** What was heard since the profile was read is newer than the profile, and so is what a later reading said. */
async function applyConsent(
  transaction: Queryable,
  { account, metrics, readAtRevision, at }: CreateRequest,
  open: AccountRow,
): Promise<void> {
  if (!metrics) {
    await transaction.query(CLOSE_METRICS, [account, at]);
    await transaction.query('select companion.forget_metrics(array[$1]::bytea[])', [account]);
    return;
  }
  const isNewest = open.revision === readAtRevision && open.metrics_read_at <= at;
  if (isNewest) await transaction.query(OPEN_METRICS, [account, at]);
}
