// The queue of grants to destroy. The table is authoritative; graphile-worker's jobs only trigger the attempts.
import type { Revocation, SetAside, Store } from '../store.ts';
import type { Database, Queryable } from './database.ts';

/** graphile-worker's task; its payload is `{ "id": <refresh token id> }`. */
export const REVOKE_TASK = 'revoke';

/** How many are requeued per call. */
const SLICE = 500;

// The job key makes adding a job idempotent; a running job is left alone and followed by another.
const addJobs = (rows: string) => `
  select graphile_worker.add_job('${REVOKE_TASK}', json_build_object('id', due.refresh_token_id),
    run_at => to_timestamp(due.not_before / 1000.0), job_key => '${REVOKE_TASK}:' || due.refresh_token_id)
  from ${rows} as due order by due.refresh_token_id`;

// In id order, because two instances may queue the same ones. One that was set aside is tried anew.
const QUEUE = `
  with due as (
    insert into companion.revocation as known (refresh_token_id, client_id, since, not_before)
    select distinct id, $2, companion.instant(), companion.instant() from unnest($1::text[]) as id order by id
    on conflict (refresh_token_id) do update
      set set_aside = null, attempts = 0, since = excluded.since, not_before = excluded.not_before
      where known.set_aside is not null
    returning refresh_token_id, not_before
  ) ${addJobs('due')}`;

const POSTPONE = `
  with due as (
    update companion.revocation set attempts = attempts + 1, not_before = companion.instant() + $2, last_error = $3
    where refresh_token_id = $1 and set_aside is null
    returning refresh_token_id, not_before
  ) ${addJobs('due')}`;

const REQUEUE = `
  with due as (
    update companion.revocation set not_before = companion.instant()
    where refresh_token_id in (
      select refresh_token_id from companion.revocation
      where set_aside is null and not_before < companion.instant() - $1
      order by not_before limit ${SLICE}
      for update skip locked
    )
    returning refresh_token_id, not_before
  ) ${addJobs('due')}`;

/** Queues grants for revocation, including ones that were set aside. */
export async function queueRevocations(
  transaction: Queryable,
  clientId: string,
  refreshTokenIds: readonly string[],
): Promise<void> {
  if (refreshTokenIds.length > 0) await transaction.query(QUEUE, [refreshTokenIds, clientId]);
}

// In one order, as when they are queued.
const RETRY = `
  with selected as (
    select refresh_token_id, set_aside from companion.revocation
    where set_aside is not null and ($1::text is null or client_id = $1)
    order by refresh_token_id for update
  ), due as (
    update companion.revocation as r
    set set_aside = null, attempts = 0, since = companion.instant(), not_before = companion.instant()
    from selected where r.refresh_token_id = selected.refresh_token_id
    returning r.refresh_token_id, r.not_before, r.client_id, selected.set_aside
  ), queued as (${addJobs('due')})
  select client_id as "clientId", set_aside as why, count(*) as count from due where (select count(*) from queued) >= 0
  group by 1, 2 order by 1, 2`;

/** Queues all grants that were set aside, or those of one client; resolves with how many, by client and reason. */
export async function retrySetAside(database: Database, clientId?: string): Promise<readonly SetAside[]> {
  const found = await database.query<SetAside>(RETRY, [clientId ?? null]);
  await database.flush();
  return found;
}

/** @param overdueAfter milliseconds after which a due attempt counts as lost */
export function revocations(
  database: Database,
  overdueAfter: number,
): Pick<Store, 'revocation' | 'revoked' | 'postpone' | 'setAside' | 'requeueOverdue'> {
  return {
    revocation: async (refreshTokenId) => {
      const [row] = await database.query<Revocation>(
        `select refresh_token_id as "refreshTokenId", client_id as "clientId", attempts,
           companion.instant() - since as age
         from companion.revocation where refresh_token_id = $1 and set_aside is null`,
        [refreshTokenId],
      );
      return row;
    },
    revoked: async (refreshTokenId) => {
      await database.query('delete from companion.revocation where refresh_token_id = $1', [refreshTokenId]);
    },
    postpone: async (refreshTokenId, wait, why) => {
      await database.query(POSTPONE, [refreshTokenId, Math.trunc(wait), why]);
    },
    setAside: async (refreshTokenId, why) => {
      await database.query(
        `update companion.revocation set attempts = attempts + 1, set_aside = $2, last_error = $2
         where refresh_token_id = $1 and set_aside is null`,
        [refreshTokenId, why],
      );
    },
    requeueOverdue: async () => (await database.query(REQUEUE, [overdueAfter])).length,
  };
}
