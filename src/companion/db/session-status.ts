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

interface SessionRow extends Omit<LiveSession, 'status' | 'account' | 'sealedUid' | 'freshUntil'> {
  /** Null once the account is deleted. */
  readonly account: Buffer | null;
  readonly sealedUid: Buffer | null;
  readonly provedAt: number;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly endedReason: EndedReason | null;
  readonly endedAt: number | null;
  readonly validAfter: number;
}

const READ = `
  select session.account, client_id as "clientId", sealed_uid as "sealedUid", proved_at as "provedAt",
    session.created_at as "createdAt", seen_at as "seenAt", ended_reason as "endedReason", ended_at as "endedAt",
    revision, valid_after as "validAfter", metrics, metrics_read_at as "metricsReadAt",
    coalesce((select jsonb_object_agg(name, active) from companion.capability c where c.account = session.account), '{}')
      as subscriptions
  from companion.session left join companion.account on account.key = session.account
  where session.hash = $1`;

/** Reads a session's row, live or ended. */
export async function readSession(from: Queryable, hash: Buffer): Promise<SessionRow | undefined> {
  const [row] = await from.query<SessionRow>(READ, [hash], 'read_session');
  return row;
}

/** A session's status: ended explicitly, by a password change after it was proved, or by time; else live. */
export function sessionStatus(row: SessionRow, at: number): LiveSession | EndedSession {
  const { account, sealedUid, provedAt, createdAt, seenAt, endedReason, endedAt, validAfter, ...live } = row;
  if (endedReason !== null) return { status: 'ended', reason: endedReason, at: endedAt ?? 0 };
  if (validAfter > provedAt) return { status: 'ended', reason: 'password_changed', at: validAfter };
  const expiresAt = Math.min(seenAt + IDLE_MS, createdAt + ABSOLUTE_MS);
  // A table constraint ensures that only ended sessions lack an account or uid.
  if (expiresAt <= at || account === null || sealedUid === null)
    return { status: 'ended', reason: 'expired', at: expiresAt };
  const freshUntil = Math.min(expiresAt, seenAt + TOUCH_MS);
  return { status: 'live', account, sealedUid, ...live, freshUntil };
}

const LOCK_ACCOUNT = `
  select from companion.account where key = (select account from companion.session where hash = $1) for update`;

/** Locks a session's account, if it has one. Lock order: accounts before sessions, as everywhere. */
export async function lockAccountOf(transaction: Queryable, hash: Buffer): Promise<void> {
  const locked = await transaction.query(LOCK_ACCOUNT, [hash]);
  // It may have been moved to another key while this waited.
  if (locked.length === 0) await transaction.query(LOCK_ACCOUNT, [hash]);
}
