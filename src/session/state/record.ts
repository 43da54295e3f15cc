// What is stored: one versioned record in `storage.local`, and the access tokens in `storage.session`.
import type { FxaErrorCode, Reason } from '../../fxa/errors.ts';
import { liveSession, type Session, type Status } from './states.ts';

/** Optional members can be added without a new version: versions that don't know them leave them alone. */
export const RECORD_VERSION = 3;

/** The journal is for people to read; older entries are dropped. */
const JOURNAL_LENGTH = 50;

/** A grant to destroy at Mozilla accounts. It holds the id that destroys the grant, or the sealed token. */
export interface Revocation {
  readonly refreshTokenId: string;
  /** The token, where no id destroys the grant: sealed, or else in memory under `session` or `owner`. */
  readonly revokedByToken?: { readonly sealed?: string };
  /** The server that issued it; a build for another server leaves it alone. */
  readonly issuer: string;
  /** The attempt or session that uses the grant; it must not be destroyed while that one is current. */
  readonly owner?: string;
  /** The session it was the grant of, if any. */
  readonly session?: string;
  /** By subject, where only the token revokes: the account whose session holds the entry back. Absent: unknown. */
  readonly account?: string;
  readonly since: number;
  readonly attempts: number;
  /** Earliest next try, in milliseconds. */
  readonly notBefore: number;
}

/** One change of state: when, from what to what, and why. Contains no secrets and no email addresses. */
export interface JournalEntry {
  readonly at: number;
  readonly from: Status;
  readonly to: Status;
  /** A `JournalReason`, unless another version wrote it. */
  readonly why: string;
}

/** Why there is an entry, besides error codes and reasons. */
export const JOURNAL_REASONS = [
  'sign_in',
  'reset',
  'revocations_too_many',
  'revocations_too_old',
  'revocations_lost',
] as const;
export type JournalReason = FxaErrorCode | Reason | (typeof JOURNAL_REASONS)[number];

export interface StoredRecord {
  readonly version: typeof RECORD_VERSION;
  /** Issuer and client id that the session belongs to, separated by a space. */
  readonly deployment: string;
  readonly session: Session;
  readonly outbox: readonly Revocation[];
  readonly journal: readonly JournalEntry[];
  readonly settings: Settings;
}

/** The user's settings for this browser; they outlive sessions. */
export interface Settings {
  /** Whether sessions end with the browser. */
  readonly sessionOnly: boolean;
  /** The metrics switch; absent until it is set. */
  readonly metrics?: boolean;
  /** The browser sends DNT or GPC. Pages detect it and report it. */
  readonly dntGpc?: true;
  /** Whether the user prefers to sign in in a tab. */
  readonly inTab?: true;
}

/** An access token in `storage.session`. Once the attempt or session it belongs to is over, it has to be destroyed. */
export interface CachedToken {
  readonly token: string;
  /** The server that issued it; it is never sent to another, not even to destroy it. */
  readonly issuer: string;
  readonly owner: string;
  readonly scope: string;
  /** Instants in milliseconds. */
  readonly receivedAt: number;
  readonly expiresAt: number;
  /** For an orphan whose destruction failed: how often, and the earliest next try in milliseconds. */
  readonly attempts?: number;
  readonly notBefore?: number;
}

/** The record before the first sign-in. Pure. */
export function emptyRecord(deployment: string): StoredRecord {
  return {
    version: RECORD_VERSION,
    deployment,
    session: { status: 'signedOut' },
    outbox: [],
    journal: [],
    settings: { sessionOnly: false },
  };
}

/** What the backup of grants says about a missing record. */
export interface MissingRecord {
  /** When it was first found missing, in milliseconds. */
  readonly at: number;
  /** Whether it had a live session. */
  readonly signedIn: boolean;
}

/** Stands in for a record that the browser lost, until the next write. */
export function lostRecord(deployment: string, { at, signedIn }: MissingRecord): StoredRecord {
  // A possible opt-out from metrics is lost too, so they are off until the user turns them on.
  const empty = { ...emptyRecord(deployment), settings: { sessionOnly: false, metrics: false } };
  if (!signedIn) return empty;
  const endReason = { code: 'signed_out', reason: 'record_lost', at } as const;
  const entry = { at, from: 'signedIn', to: 'signedOut', why: 'record_lost' } as const;
  return addToJournal({ ...empty, session: { status: 'signedOut', endReason } }, entry);
}

/** The record with an entry added; the oldest beyond the journal's length are dropped. Pure. */
export function addToJournal(
  record: StoredRecord,
  entry: JournalEntry & { readonly why: JournalReason },
): StoredRecord {
  return { ...record, journal: [...record.journal, entry].slice(-JOURNAL_LENGTH) };
}

/** Notes what happened without a change of state. */
export function noteInJournal(record: StoredRecord, why: JournalReason, at: number): StoredRecord {
  const { status } = record.session;
  return addToJournal(record, { at, from: status, to: status, why });
}

/** The ids whose grants and tokens are in use: those of the running attempt and of the live session. */
export function currentOwners(session: Session): readonly string[] {
  const owners = [];
  if (session.status === 'signingIn') owners.push(session.attempt.id);
  const live = liveSession(session);
  if (live) owners.push(live.id);
  return owners;
}
