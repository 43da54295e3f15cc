// Reads what is stored: migrates older records, and checks each member, so that pages can rely on its shape.
import { FxaError } from '../../fxa/errors.ts';
import type { Profile } from '../../fxa/profile.ts';
import { migrate } from './migrations.ts';
import {
  emptyRecord,
  RECORD_VERSION,
  type CachedToken,
  type JournalEntry,
  type Revocation,
  type Settings,
  type StoredRecord,
} from './record.ts';
import {
  PHASES,
  STATUSES,
  VIAS,
  type Account,
  type Attempt,
  type NeedsReauth,
  type Problem,
  type SealedSecrets,
  type SignedIn,
  type SignedOut,
  type SigningIn,
  type StoredGrant,
} from './states.ts';

type Guard = (value: unknown) => boolean;

/** A guard for every member of a type, also optional ones, so that the compiler asks for one when a member is added. */
type Guards<T> = { readonly [Name in keyof T]-?: Guard };

/** Unknown members are ignored: a newer version may have added them. */
function object<T>(guards: Guards<T>): (value: unknown) => value is T {
  return (value): value is T =>
    isObject(value) && Object.entries<Guard>(guards).every(([name, fits]) => fits(value[name]));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const maybe =
  (fits: Guard): Guard =>
  (value) =>
    value === undefined || fits(value);
const listOf =
  (fits: Guard): Guard =>
  (value) =>
    Array.isArray(value) && value.every(fits);
const tableOf =
  (fits: Guard): Guard =>
  (value) =>
    isObject(value) && Object.values(value).every(fits);
const oneOf =
  (...values: readonly unknown[]): Guard =>
  (value) =>
    values.includes(value);

const text: Guard = (value) => typeof value === 'string';
const number: Guard = (value) => typeof value === 'number';
const flag: Guard = (value) => typeof value === 'boolean';
const yes = oneOf(true);
const amount: Guard = (value) => Number.isFinite(value) && (value as number) >= 0;
/** Milliseconds, in the range of a `Date`. */
const instant: Guard = (value) => Number.isFinite(value) && Math.abs(value as number) <= 8.64e15;
/** An error code or a reason; a newer version may have codes this one doesn't know. */
const word: Guard = (value) => typeof value === 'string' && /^[a-z]\w*$/i.test(value);

const problem = object<Problem>({ code: word, reason: maybe(word), retryAfter: maybe(amount), at: instant });

const profile = object<Profile>({
  uid: text,
  sub: maybe(text),
  email: maybe(text),
  displayName: maybe(text),
  avatar: maybe(text),
  avatarDefault: maybe(flag),
  locale: maybe(text),
  amrValues: maybe(listOf(text)),
  twoFactorAuthentication: maybe(flag),
  subscriptions: maybe(listOf(text)),
  accountDisabledAt: maybe(amount),
  accountLockedAt: maybe(amount),
  metricsEnabled: maybe(flag),
});

const account = object<Account>({
  subject: text,
  profile: maybe(profile),
  profileAt: maybe(instant),
  keyIds: maybe(tableOf(object<{ kid: string }>({ kid: text }))),
});

const lastAttempt = { attemptError: maybe(problem), forceLogin: maybe(yes) };

const signedOut = object<SignedOut>({
  ...lastAttempt,
  status: oneOf('signedOut'),
  metricsAllowed: maybe(yes),
  endReason: maybe(problem),
  endDismissed: maybe(yes),
});

const signedIn = object<SignedIn>({
  ...lastAttempt,
  status: oneOf('signedIn'),
  id: text,
  since: instant,
  account,
  grant: object<StoredGrant>({
    refreshTokenId: text,
    scope: text,
    revokedByToken: maybe(yes),
    rotating: maybe(yes),
    sealed: maybe(object<SealedSecrets>({ refreshToken: text, keys: maybe(text) })),
    keyNotKept: maybe(yes),
  }),
  replacedOther: maybe(yes),
  suspectedEnd: maybe(word),
  profileError: maybe(problem),
});

const needsReauth = object<NeedsReauth>({
  ...lastAttempt,
  status: oneOf('needsReauth'),
  account,
  endReason: problem,
  sessionId: maybe(text),
});

const baseState: Guard = (value) => signedOut(value) || signedIn(value) || needsReauth(value);

const signingIn = object<SigningIn>({
  status: oneOf('signingIn'),
  attempt: object<Attempt>({
    id: text,
    startedAt: instant,
    phase: oneOf(...PHASES),
    via: oneOf(...VIAS),
    forceLogin: maybe(yes),
  }),
  previous: baseState,
});

const status = oneOf(...STATUSES);

/** Whether a record of the newest version is complete and well-formed. */
const isRecord = object<StoredRecord>({
  version: amount,
  deployment: text,
  session: (value) => baseState(value) || signingIn(value),
  outbox: listOf(
    object<Revocation>({
      refreshTokenId: text,
      revokedByToken: maybe(object<{ sealed?: string }>({ sealed: maybe(text) })),
      issuer: text,
      owner: maybe(text),
      session: maybe(text),
      account: maybe(text),
      since: instant,
      attempts: amount,
      notBefore: amount,
    }),
  ),
  journal: listOf(object<JournalEntry>({ at: instant, from: status, to: status, why: word })),
  settings: object<Settings>({
    sessionOnly: flag,
    metrics: maybe(flag),
    dntGpc: maybe(yes),
    inTab: maybe(yes),
  }),
});

/**
 * Reads a stored record, migrating older versions; undefined gives an empty one.
 *
 * @throws FxaError `storage_newer` when a later version of the extension wrote it, `storage_corrupt` when it isn't a
 *   valid record. It must not be overwritten in either case.
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

/** The valid tokens of what is stored. Pure. */
export function parseTokens(stored: unknown): readonly CachedToken[] {
  return Array.isArray(stored) ? stored.filter(isCachedToken) : [];
}

const isCachedToken = object<CachedToken>({
  token: text,
  // A token of unknown origin must not be sent anywhere.
  issuer: text,
  owner: text,
  scope: text,
  receivedAt: number,
  expiresAt: number,
  attempts: maybe(number),
  notBefore: maybe(number),
});
