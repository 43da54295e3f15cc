// Creates the outbox's entries, and limits their number and age.
import { currentOwners, noteInJournal, type Revocation, type StoredRecord } from '../state/record.ts';
import { liveSession, type Session, type StoredGrant } from '../state/states.ts';

/** Outbox limit; the oldest entries are dropped. */
export const MAX_REVOCATIONS = 100;

/** An entry is dropped when it is this old and was tried this often; both, because the clock may be years ahead. */
const MAX_AGE_MS = 90 * 86_400_000;
const MIN_ATTEMPTS = 30;

/** What destroys a grant: its id, or its token where only that does. */
type RevocableGrant = Pick<Revocation, 'refreshTokenId' | 'revokedByToken'>;

/** What destroys the grant of a session. */
export function revocableGrant({
  refreshTokenId,
  revokedByToken,
  sealed,
}: Pick<StoredGrant, 'refreshTokenId' | 'revokedByToken' | 'sealed'>): RevocableGrant {
  return {
    refreshTokenId,
    ...(revokedByToken && { revokedByToken: { ...(sealed && { sealed: sealed.refreshToken }) } }),
  };
}

/** A new entry, due at once unless its `owner`, an attempt or session, is current. Pure. */
export function revocation(
  grant: Omit<Revocation, 'since' | 'attempts' | 'notBefore'>,
  since: number,
): Revocation {
  return { ...grant, since, attempts: 0, notBefore: 0 };
}

/** `next` with the grant of `record`'s live session added to the outbox, under the issuer in `record.deployment`. */
export function queueLiveGrant(next: StoredRecord, record: StoredRecord, now: number): StoredRecord {
  const live = liveSession(record.session);
  if (!live) return next;
  const [issuer = ''] = record.deployment.split(' ');
  const grant = revocableGrant(live.grant);
  const account = grant.revokedByToken && { account: live.account.subject };
  const entry = revocation({ ...grant, issuer, session: live.id, ...account }, now);
  return { ...next, outbox: [...next.outbox, entry] };
}

const MEMBERS: Readonly<Record<keyof Revocation, true>> = {
  refreshTokenId: true,
  revokedByToken: true,
  issuer: true,
  owner: true,
  session: true,
  account: true,
  since: true,
  attempts: true,
  notBefore: true,
};

/** Whether this version knows how to revoke an entry: a later one's, with other members, waits for such a version. Pure. */
export function isKnown(entry: Revocation): boolean {
  return Object.keys(entry).every((name) => Object.hasOwn(MEMBERS, name));
}

/** Whether the attempt or session that uses the grant is current. Pure. */
export function isInUse({ owner }: Revocation, owners: readonly string[]): boolean {
  return owner !== undefined && owners.includes(owner);
}

/** Whether an entry waits for the session to end. Pure. */
export function waitsForSession(
  session: Session,
  { revokedByToken, account }: Pick<Revocation, 'revokedByToken' | 'account'>,
): boolean {
  return revokedByToken !== undefined && mayShareGrant(session, account);
}

/**
 * Whether revoking another token, of this account or an unknown one, may end the session: a server of the standards may
 * give all sign-ins of a browser and client the same grant, which is oidc-provider's default. An attempt that exchanges
 * its code may be about to become such a session. Pure.
 */
export function mayShareGrant(session: Session, account?: string): boolean {
  if (session.status === 'signingIn' && session.attempt.phase === 'finishing') return true;
  const live = liveSession(session);
  return live?.grant.revokedByToken === true && (account ?? live.account.subject) === live.account.subject;
}

/** The record with the outbox within its limits. Dropping entries adds one journal entry with the reason. */
export function pruneOutbox(record: StoredRecord, now: number): StoredRecord {
  const owners = currentOwners(record.session);
  const isTooOld = ({ attempts, since }: Revocation) => attempts >= MIN_ATTEMPTS && now - since > MAX_AGE_MS;
  const mayDrop = (entry: Revocation) => !isInUse(entry, owners) && isKnown(entry);
  const pending = record.outbox.filter((entry) => !mayDrop(entry) || !isTooOld(entry));
  const surplus = pending.filter(mayDrop).slice(0, -MAX_REVOCATIONS);
  const outbox = pending.filter((entry) => !surplus.includes(entry));
  if (outbox.length === record.outbox.length) return record;
  const why = surplus.length > 0 ? 'revocations_too_many' : 'revocations_too_old';
  return noteInJournal({ ...record, outbox }, why, now);
}

export type RecoveredGrant = RevocableGrant & Pick<Revocation, 'issuer' | 'session'>;

/** Finds the grants in a record that can't be parsed. `issuer` applies where the record names none. */
export function recoverGrantIds(stored: unknown, issuer: string): readonly RecoveredGrant[] {
  if (typeof stored !== 'object' || stored === null) return [];
  const { refreshTokenId, deployment, ...rest } = stored as Record<string, unknown>;
  const [named] = typeof deployment === 'string' ? deployment.split(' ') : [];
  const there = typeof rest.issuer === 'string' ? rest.issuer : (named ?? issuer);
  const found = typeof refreshTokenId === 'string' && /^[0-9a-f]{64}$/.test(refreshTokenId);
  const revokedByToken = found ? sealedToken(rest) : undefined;
  return [
    ...(found ? [{ refreshTokenId, issuer: there, ...(revokedByToken && { revokedByToken }) }] : []),
    ...Object.values(rest).flatMap((value) => recoverGrantIds(value, there)),
  ];
}

/** Of a session's grant, or of an entry. */
function sealedToken({ revokedByToken, sealed }: Record<string, unknown>): Revocation['revokedByToken'] {
  if (typeof revokedByToken !== 'object' && revokedByToken !== true) return undefined;
  const inSession = (sealed as { refreshToken?: unknown } | null | undefined)?.refreshToken;
  const token = revokedByToken === true ? inSession : ((revokedByToken ?? {}) as { sealed?: unknown }).sealed;
  return typeof token === 'string' ? { sealed: token } : {};
}
