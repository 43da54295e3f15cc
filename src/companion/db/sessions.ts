// The companion's own sessions: shown and ended. How they are bought is in create-session.ts.
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { StoreError } from './errors.ts';
import { queueRevocations } from './revocations.ts';
import { readSession, sessionStatus } from './session-status.ts';

/** How exactly it is remembered when a session was last shown, in milliseconds: a write an hour, not one a look. */
const TOUCH_MS = 3_600_000;

const TOUCH =
  'update companion.session set seen_at = $2 where hash = $1 and seen_at < $2 and ended_reason is null';

// The uid goes as soon as nothing can be measured any more.
const END = `
  update companion.session set
    ended_reason = coalesce(ended_reason, 'signed_out'),
    ended_at = coalesce(ended_at, $2),
    sealed_uid = null,
    grants = grants + $3
  where hash = $1
  returning client_id, grants`;

/** A session has one grant of its own, and hands over what was left of others. More are made up. */
const MOST_GRANTS = 200;

export function sessions(database: Database): Pick<Store, 'session' | 'end'> {
  return {
    session: async (hash, at) => {
      const row = await readSession(database, hash);
      if (row === undefined) return undefined;
      const session = sessionStatus(row, at);
      if (session.status === 'live' && at - row.seen_at >= TOUCH_MS) {
        await database.query(TOUCH, [hash, at], 'touch_session');
      }
      return session;
    },

    end: async (hash, refreshTokenIds, at) => {
      const found = await database.transaction(async (transaction) => {
        const [session] = await transaction.query<{ client_id: string; grants: number }>(
          END,
          [hash, at, refreshTokenIds.length],
          'end_session',
        );
        if (session === undefined) return false;
        if (session.grants > MOST_GRANTS)
          throw new StoreError('too_many', 'This session has given up too many grants');
        await queueRevocations(transaction, session.client_id, refreshTokenIds);
        return true;
      });
      if (found) await database.flush();
      return found;
    },
  };
}
