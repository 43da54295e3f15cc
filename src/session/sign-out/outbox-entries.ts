// What goes into the outbox, and how much of it stays there.
import type { Context } from '../context.ts';
import { addToJournal, currentOwners, type Revocation, type StoredRecord } from '../state/record.ts';
import { liveSession } from '../state/states.ts';

/** More grants than this nobody leaves behind; something is wrong, and the newest matter most. */
export const MAX_REVOCATIONS = 100;

/** Given up when this old and tried this often. Both, as a clock alone may be years ahead. */
const MAX_AGE_MS = 90 * 86_400_000;
const MIN_ATTEMPTS = 30;

export function revocation(context: Context, refreshTokenId: string, owner?: string): Revocation {
  return {
    refreshTokenId,
    issuer: context.config.issuer,
    since: context.ports.now(),
    attempts: 0,
    notBefore: 0,
    ...(owner !== undefined && { owner }),
  };
}

/** `next`, with the grant of `record`'s live session put into the outbox: it was granted where the record says. */
export function queueLiveGrant(next: StoredRecord, record: StoredRecord, now: number): StoredRecord {
  const live = liveSession(record.session);
  if (!live) return next;
  const [issuer = ''] = record.deployment.split(' ');
  const { refreshTokenId } = live.grant;
  const entry = { refreshTokenId, issuer, session: live.id, since: now, attempts: 0, notBefore: 0 };
  return { ...next, outbox: [...next.outbox, entry] };
}

/** The record with an outbox within its bounds; each grant that is given up is named in the journal by its age. */
export function pruneOutbox(record: StoredRecord, now: number): StoredRecord {
  const owners = currentOwners(record.session);
  const given = (entry: Revocation) => entry.attempts >= MIN_ATTEMPTS && now - entry.since > MAX_AGE_MS;
  const inUse = ({ owner }: Revocation) => owner !== undefined && owners.includes(owner);
  const pendingItems = record.outbox.filter((entry) => inUse(entry) || !given(entry));
  const surplus = pendingItems.filter((entry) => !inUse(entry)).slice(0, -MAX_REVOCATIONS);
  const outbox = pendingItems.filter((entry) => !surplus.includes(entry));
  if (outbox.length === record.outbox.length) return record;
  const { status } = record.session;
  const why = surplus.length > 0 ? 'revocations_too_many' : 'revocations_too_old';
  return addToJournal({ ...record, outbox }, { at: now, from: status, to: status, why });
}

/** What destroys a grant, and where. */
export type RecoveredGrant = Pick<Revocation, 'refreshTokenId' | 'issuer'>;

/**
 * The grants in a record that cannot be read otherwise: their ids are enough to destroy them. Where nothing says otherwise,
 * they are of `issuer`.
 */
export function recoverGrantIds(stored: unknown, issuer: string): readonly RecoveredGrant[] {
  if (typeof stored !== 'object' || stored === null) return [];
  const { refreshTokenId, deployment, ...rest } = stored as Record<string, unknown>;
  const [named] = typeof deployment === 'string' ? deployment.split(' ') : [];
  const there = typeof rest.issuer === 'string' ? rest.issuer : (named ?? issuer);
  const found = typeof refreshTokenId === 'string' && /^[0-9a-f]{64}$/.test(refreshTokenId);
  return [
    ...(found ? [{ refreshTokenId, issuer: there }] : []),
    ...Object.values(rest).flatMap((value) => recoverGrantIds(value, there)),
  ];
}
