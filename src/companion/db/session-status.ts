// A companion session's status, computed from its row on every read, so that no job has to expire sessions.
import type { EndedReason } from '../../contract/companion.ts';
import { DAY_MS } from '../day.ts';
import type { EndedSession, LiveSession } from '../store.ts';
import type { Queryable } from './database.ts';

/** Lifetime of an unused session, in milliseconds. */
const IDLE_MS = 30 * DAY_MS;
/** Maximum lifetime of a session, in milliseconds. */
const ABSOLUTE_MS = 400 * DAY_MS;

/** SQL of the instant when a session ended or ends if it isn't used again. */
export const ENDED_AT = `coalesce(ended_at, least(seen_at + ${IDLE_MS}, session.created_at + ${ABSOLUTE_MS}))`;

/** Precision of `seen_at`, in milliseconds: one write a day instead of one per request. */
export const TOUCH_MS = DAY_MS;

interface SessionRow {
  /** Null once the account is deleted. */
  readonly account: Buffer | null;
  readonly client_id: string;
  readonly sealed_uid: Buffer | null;
  readonly proved_at: number;
  readonly created_at: number;
  readonly seen_at: number;
  readonly ended_reason: EndedReason | null;
  readonly ended_at: number | null;
  readonly revision: number;
  readonly valid_after: number;
  readonly metrics: boolean;
  readonly metrics_read_at: number;
  readonly subscriptions: Readonly<Record<string, boolean>> | null;
}

const READ = `
  select session.account, client_id, sealed_uid, proved_at, session.created_at, seen_at, ended_reason, ended_at,
    revision, valid_after, metrics, metrics_read_at,
    (select jsonb_object_agg(name, active) from companion.capability c where c.account = session.account) as subscriptions
  from companion.session left join companion.account on account.key = session.account
  where session.hash = $1`;

/** Reads a session's row, live or ended. */
export async function readSession(from: Queryable, hash: Buffer): Promise<SessionRow | undefined> {
  const [row] = await from.query<SessionRow>(READ, [hash], 'read_session');
  return row;
}

/** A session's status: ended explicitly, by a password change after it was proved, or by time; else live. */
export function sessionStatus(row: SessionRow, at: number): LiveSession | EndedSession {
  const { account, sealed_uid: sealedUid, ended_reason: reason, ended_at: endedAt } = row;
  if (reason !== null) return { status: 'ended', reason, at: endedAt ?? 0 };
  if (row.valid_after > row.proved_at) {
    return { status: 'ended', reason: 'password_changed', at: row.valid_after };
  }
  const expiresAt = Math.min(row.seen_at + IDLE_MS, row.created_at + ABSOLUTE_MS);
  // A table constraint ensures that only ended sessions lack an account or uid.
  if (expiresAt <= at || account === null || sealedUid === null) {
    return { status: 'ended', reason: 'expired', at: expiresAt };
  }
  return {
    status: 'live',
    account,
    clientId: row.client_id,
    sealedUid,
    revision: row.revision,
    metrics: row.metrics,
    metricsReadAt: row.metrics_read_at,
    subscriptions: row.subscriptions ?? {},
    freshUntil: Math.min(expiresAt, row.seen_at + TOUCH_MS),
  };
}

const LOCK_ACCOUNT = `
  select from companion.account where key = (select account from companion.session where hash = $1) for update`;

/** Locks a session's account, if it has one. Lock order: accounts before sessions, as everywhere. */
export async function lockAccountOf(transaction: Queryable, hash: Buffer): Promise<void> {
  const locked = await transaction.query(LOCK_ACCOUNT, [hash]);
  // It may have been moved to another key while this waited.
  if (locked.length === 0) await transaction.query(LOCK_ACCOUNT, [hash]);
}
