// Reads and ends companion sessions; creating them is in create-session.ts.
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';
import { deleteMetrics } from './metrics.ts';
import { queueRevocations } from './revocations.ts';
import { notifyOf } from './notifications.ts';
import { lockAccountOf, readSession, sessionStatus, TOUCH_MS } from './session-status.ts';

const TOUCH =
  'update companion.session set seen_at = $2 where hash = $1 and seen_at < $2 and ended_reason is null';

// The uid is deleted at once: no metrics can follow.
const END = `
  update companion.session set
    ended_reason = coalesce(ended_reason, 'signed_out'),
    ended_at = coalesce(ended_at, $2),
    sealed_uid = null,
    grants = grants + $3
  where hash = $1
  returning account, client_id, grants`;

const END_OTHERS = `
  update companion.session set ended_reason = 'signed_out', ended_at = $2, sealed_uid = null
  where account = $1 and ended_reason is null`;

interface Ended {
  readonly account: Buffer | null;
  readonly client_id: string;
  readonly grants: number;
}

/** Maximum grants per session: its own and those left from earlier ones. More are not plausible. */
const MOST_GRANTS = 200;

/** The part of the store that reads sessions and ends them. */
export function sessions(database: Database): Pick<Store, 'session' | 'end'> {
  return {
    session: async (hash, at) => {
      const row = await readSession(database, hash);
      if (row === undefined) return undefined;
      const session = sessionStatus(row, at);
      if (session.status === 'ended' || at - row.seenAt < TOUCH_MS) return session;
      await database.query(TOUCH, [hash, at], 'touch_session');
      return sessionStatus({ ...row, seenAt: at }, at);
    },

    end: async (hash, refreshTokenIds, at, { forgetMetrics = false, everywhere } = {}) => {
      const found = await database.transaction(async (transaction) => {
        if (forgetMetrics || everywhere) await lockAccountOf(transaction, hash);
        const before = everywhere && (await readSession(transaction, hash));
        const [session] = await transaction.query<Ended>(
          END,
          [hash, at, refreshTokenIds.length],
          'end_session',
        );
        if (session === undefined) return false;
        if (session.grants > MOST_GRANTS)
          throw new StoreError('too_many', 'This session has handed over too many grants');
        await queueRevocations(transaction, session.client_id, refreshTokenIds);
        // A session that had ended says nothing about those begun since.
        const wasLive = before && sessionStatus(before, at).status === 'live';
        if (wasLive && everywhere(session.client_id))
          await transaction.query(END_OTHERS, [session.account, at], 'end_others');
        if (forgetMetrics && session.account !== null)
          await deleteMetrics(transaction, session.account, session.client_id);
        if (session.account !== null) await notifyOf(transaction, session.account);
        return true;
      });
      if (found) await database.flush();
      return found;
    },
  };
}
