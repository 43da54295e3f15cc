// Rotation of the secret: accounts move to their keys under the new one whenever something shows their uid.
import { DAY_MS } from '../day.ts';
import type { AccountKeys } from '../clients.ts';
import type { OperatorState } from '../store.ts';
import type { Database, Queryable } from './database.ts';
import { notifyOf } from './notifications.ts';
import { eraseAccounts } from './person.ts';
import { ACCOUNT_AGE_MS, SESSION_KEPT_MS } from './prune.ts';
import { ENDED_AT } from './session-status.ts';

type Rotated = AccountKeys & Required<Pick<AccountKeys, 'former'>>;

/** Whether the account may still be stored under its key of the former secret. */
export function isRotated<K extends AccountKeys>(keys: K): keys is K & Rotated {
  return keys.former !== undefined;
}

/** Moves those that are known by their former keys. */
export async function rekey(transaction: Queryable, all: readonly Rotated[]): Promise<void> {
  const columns = [all.map(({ former }) => former), all.map(({ account }) => account)];
  await transaction.query('select companion.rekey($1, $2)', columns, 'rekey');
}

/** Implements `Store.rekey`. */
export async function rekeyAccount(database: Database, keys: AccountKeys): Promise<void> {
  if (!isRotated(keys)) return;
  await database.transaction((transaction) => rekey(transaction, [keys]));
  await database.flush();
}

/** Accounts made or moved under the new secret have a row in `rekeyed`. */
const REMAINING = 'not exists (select from companion.rekeyed where rekeyed.key = account.key)';

/** How many accounts are still under the former secret. */
export async function countRemaining(database: Queryable): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `select count(*) as count from companion.account where ${REMAINING}`,
  );
  return row?.count ?? 0;
}

// An account is erased once its last session is, and those are kept for a while after their end.
const ENDS = `
  select count(*) as remaining, max(greatest(created_at + ${ACCOUNT_AGE_MS}, last_end + ${SESSION_KEPT_MS})) as "endsAt"
  from (
    select account.created_at,
      (select max(${ENDED_AT}) from companion.session where session.account = account.key) as last_end
    from companion.account where ${REMAINING}
  ) as one`;

async function isRotating(database: Queryable): Promise<boolean> {
  return (await database.query('select from companion.made_with where retiring')).length > 0;
}

/** Undefined when no rotation is under way. */
export async function rotationState(database: Queryable): Promise<OperatorState['rotation']> {
  if (!(await isRotating(database))) return undefined;
  const [row] = await database.query<{ remaining: number; endsAt: number | null }>(ENDS);
  const { remaining = 0, endsAt = null } = row ?? {};
  // Pruning is daily.
  return { remaining, endsAt: endsAt === null ? undefined : endsAt + DAY_MS };
}

/**
 * Erases the accounts still under the former secret, and ends their sessions; resolves with how many, or undefined when
 * no companion has started with both secrets.
 */
export async function eraseRemaining(database: Database): Promise<number | undefined> {
  const erased = await database.transaction(async (transaction) => {
    if (!(await isRotating(transaction))) return undefined;
    const rows = await transaction.query<{ key: Buffer }>(
      `select key from companion.account where ${REMAINING} order by key for update`,
    );
    const keys = rows.map(({ key }) => key);
    await eraseAccounts(transaction, keys, 'expired');
    for (const key of keys) await notifyOf(transaction, key);
    return keys.length;
  });
  await database.flush();
  return erased;
}
