// What lies in storage: one versioned record that survives everything, and the tokens that end with the browser session.
import { FxaError } from '../../fxa/errors.ts';
import { migrate } from './migrations.ts';
import { isRecord } from './parse-record.ts';
import { liveSession, type Session } from './states.ts';

/** Members that may be absent can be added without another version: one that does not know them leaves them alone. */
export const RECORD_VERSION = 2;

/** The journal and the outbox are there to be read by people; more entries than this help nobody. */
const JOURNAL_LENGTH = 50;

/** A grant to destroy at Mozilla accounts. It never holds the token itself, only the id that destroys it. */
export interface Revocation {
  readonly refreshTokenId: string;
  /** Where it was granted: a build for another server leaves it alone. */
  readonly issuer: string;
  /** While this attempt or session is the current one, the grant is in use and must be left alone. */
  readonly owner?: string;
  /** The session it was the grant of, when it was of one. */
  readonly session?: string;
  readonly since: number;
  readonly attempts: number;
  /** Not before this instant, in milliseconds. */
  readonly notBefore: number;
}

/** One change of state: when, from what to what, and why. No secrets, no addresses. */
export interface JournalEntry {
  readonly at: number;
  readonly from: Session['status'];
  readonly to: Session['status'];
  readonly why: string;
}

export interface StoredRecord {
  readonly version: typeof RECORD_VERSION;
  /** Issuer and client id the session belongs to. */
  readonly deployment: string;
  readonly session: Session;
  readonly outbox: readonly Revocation[];
  readonly journal: readonly JournalEntry[];
  readonly settings: Settings;
}

/** What the person has chosen for this browser; it outlives sessions. */
export interface Settings {
  /** Whether a session is to end with the browser. */
  readonly sessionOnly: boolean;
  /** The local switch of metrics; absent until the person has chosen. */
  readonly metrics?: boolean;
  /** The browser tells that the person objects to being measured (DNT, GPC). Pages see it and say so. */
  readonly objection?: true;
  /** Whether they would rather sign in in a tab. */
  readonly inTab?: true;
}

/** An access token in `storage.session`. It belongs to an attempt or session; when that is gone it is to be destroyed. */
export interface CachedToken {
  readonly token: string;
  /** Which server gave it: no other is ever shown it, not even to have it destroyed. */
  readonly issuer: string;
  readonly owner: string;
  readonly scope: string;
  /** Instants in milliseconds. */
  readonly receivedAt: number;
  readonly expiresAt: number;
  /** For an orphan whose destruction failed: how often, and not before which instant to try again. */
  readonly attempts?: number;
  readonly notBefore?: number;
}

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

/** What the backup of grants tells of a record that is not there. */
export interface MissingRecord {
  /** When that was seen first, in milliseconds. */
  readonly at: number;
  /** Whether somebody was signed in. */
  readonly signedIn: boolean;
}

/** What stands for a record that the browser has lost, until another is written. */
export function lostRecord(deployment: string, { at, signedIn }: MissingRecord): StoredRecord {
  // Whether the person had said no to metrics is lost too: nothing is counted until they say yes.
  const empty = { ...emptyRecord(deployment), settings: { sessionOnly: false, metrics: false } };
  if (!signedIn) return empty;
  const ended = { code: 'signed_out', reason: 'record_lost', at } as const;
  const entry = { at, from: 'signedIn', to: 'signedOut', why: 'record_lost' } as const;
  return addToJournal({ ...empty, session: { status: 'signedOut', ended } }, entry);
}

/**
 * Reads a stored record; nothing stored is an empty one.
 *
 * @throws FxaError `storage_newer` when a later version of the extension wrote it, `storage_corrupt` when it is no
 *   record at all. In both cases nothing must be written over it.
 */
export function parseRecord(stored: unknown, deployment: string): StoredRecord {
  if (stored === undefined) return emptyRecord(deployment);
  if (!isObject(stored) || typeof stored.version !== 'number') {
    throw new FxaError('storage_corrupt', 'The stored record has no version.');
  }
  if (stored.version > RECORD_VERSION) {
    throw new FxaError('storage_newer', `The stored record is of version ${stored.version}.`);
  }
  const record = migrated({ ...stored, version: stored.version });
  if (record?.version !== RECORD_VERSION || !isRecord(record))
    throw new FxaError('storage_corrupt', 'The stored record is incomplete.');
  return record;
}

function migrated(stored: { version: number }): { readonly version: number } | undefined {
  try {
    return migrate(stored);
  } catch {
    return undefined;
  }
}

export function parseTokens(stored: unknown): readonly CachedToken[] {
  return Array.isArray(stored) ? stored.filter(isCachedToken) : [];
}

export function addToJournal(record: StoredRecord, entry: JournalEntry): StoredRecord {
  return { ...record, journal: [...record.journal, entry].slice(-JOURNAL_LENGTH) };
}

/** The ids whose grants and tokens are in use: of the running attempt, and of the live session. */
export function currentOwners(session: Session): readonly string[] {
  const owners = [];
  if (session.status === 'signingIn') owners.push(session.attempt.id);
  const live = liveSession(session);
  if (live) owners.push(live.id);
  return owners;
}

/** Tokens whose attempt or session is over. */
export function orphans(tokens: readonly CachedToken[], owners: readonly string[]): readonly CachedToken[] {
  return tokens.filter(({ owner }) => !owners.includes(owner));
}

function isCachedToken(value: unknown): value is CachedToken {
  return (
    isObject(value) &&
    typeof value.token === 'string' &&
    // One that does not say where it is from is shown to nobody.
    typeof value.issuer === 'string' &&
    typeof value.owner === 'string' &&
    typeof value.scope === 'string' &&
    typeof value.receivedAt === 'number' &&
    typeof value.expiresAt === 'number'
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
