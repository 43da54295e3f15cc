/*
 * The session as a state machine. Everything the extension remembers about who is signed in is one of these states.
 *
 *  signedOut ──signInStarted──▶ signingIn ──signInCompleted──▶ signedIn ──grantRejected──▶ needsReauth
 *      ▲                          │    ▲                      ⟲ profileFetched                 │
 *      │                          │    └─────────signInStarted────┴────────────────────────────┘
 *      │                          └── signInFailed(problem): back to `previous`
 *      └───────────────────── signedOut(reason): from every other state ───────────────────────┘
 *
 * Events that keep the state: phaseReached in signingIn; profileFetchFailed, metricsClosed, endSuspected,
 * grantConfirmed, refreshSent, refreshRefused, grantRotated and secretsMoved in signedIn; endExplained in needsReauth,
 * when the companion supplies the reason later. problemDismissed forgets how the last attempt failed, in every state
 * but signingIn. If the account was deleted, grantRejected and endExplained lead to signedOut instead.
 *
 *  signedOut    No session. The grant of a former one stays in the outbox until it is destroyed.
 *  signingIn    An attempt is running; `previous` is the state to return to if it fails.
 *  signedIn     There is a grant, and as far as we know Mozilla accounts still accepts it.
 *  needsReauth  Mozilla accounts rejected the grant. The user's data stays until they sign in again or sign out.
 *
 * Whether the access token is fresh is not part of the state: it is a property of the cache (access-token.ts).
 */
import type { FxaErrorCode, Reason } from '../../fxa/errors.ts';
import type { Profile } from '../../fxa/profile.ts';
import type { KeyIds } from '../../fxa/scoped-keys.ts';

/** What went wrong, as codes the popup can look up. `at` in milliseconds, `retryAfter` in seconds. */
export interface Problem {
  readonly code: FxaErrorCode;
  readonly reason?: Reason;
  readonly retryAfter?: number;
  readonly at: number;
}

/** A refresh token as stored, with the id that destroys it at FxA (SHA-256 of its bytes). */
export interface StoredGrant {
  readonly refreshTokenId: string;
  readonly scope: string;
  /** Of a server of the standards: it rotates the token, and only the token itself revokes the grant. */
  readonly revokedByToken?: true;
  /** A refresh was sent there, and its answer with the next token is not stored yet. */
  readonly rotating?: true;
  /** Absent when the session's secrets end with the browser: they are in `storage.session` then (secret-store.ts). */
  readonly sealed?: SealedSecrets;
  /** The secrets should outlive the browser, but it doesn't keep the key to seal them with. */
  readonly keyNotKept?: true;
}

/** Sealed separately, as a refresh doesn't need the keys. */
export interface SealedSecrets {
  readonly refreshToken: string;
  readonly keys?: string;
}

/** An attempt to sign in. Its id becomes the id of the session. */
export interface Attempt {
  readonly id: string;
  readonly startedAt: number;
  readonly phase: Phase;
  /** A tab outlives the background that opened it; the browser's own window doesn't. */
  readonly via: (typeof VIAS)[number];
  readonly forceLogin?: true;
}

export const VIAS = ['window', 'tab'] as const;

/** Where an attempt is: checking that the server is up, waiting for the user, or exchanging the code. */
export const PHASES = ['checking', 'window', 'finishing'] as const;
export type Phase = (typeof PHASES)[number];

/** What the last attempt left behind. */
interface LastAttempt {
  /** How it failed; kept until the next attempt, or until the user dismisses it. */
  readonly attemptError?: Problem;
  /** The next sign-in asks for account and password, even if there is a session at Mozilla accounts. */
  readonly forceLogin?: true;
}

export interface SignedOut extends LastAttempt {
  readonly status: 'signedOut';
  /** The last account here allowed metrics. Absent after a session: it didn't. */
  readonly metricsAllowed?: true;
  /** How the last session ended. */
  readonly endReason?: Problem;
  /** The user has dismissed that message. */
  readonly endDismissed?: true;
}

/** The account: the id_token's subject at once, the profile as soon as it was fetched. */
export interface Account {
  readonly subject: string;
  readonly profile?: Profile;
  readonly profileAt?: number;
  /** The ids of the newest keys, by scope: older keys are rejected. Not secret. */
  readonly keyIds?: KeyIds;
}

/**
 * The id under which an account's data is stored: the profile's uid or, before there is one, the id_token's subject.
 */
export function uidOf({ subject, profile }: Account): string {
  return profile?.uid ?? subject;
}

/** Whether the account has that uid or subject. FxA: the two differ for clients with pairwise subjects. */
export function isAccount({ subject, profile }: Account, id: string): boolean {
  return id === subject || id === profile?.uid;
}

export interface SignedIn extends LastAttempt {
  readonly status: 'signedIn';
  readonly id: string;
  readonly since: number;
  readonly account: Account;
  readonly grant: StoredGrant;
  /** Replaced another account, whose data was removed. */
  readonly replacedOther?: true;
  /** What the companion says has happened; becomes the reason if Mozilla accounts rejects the grant. */
  readonly suspectedEnd?: SuspectedEnd;
  /** Why the profile couldn't be fetched last time. */
  readonly profileError?: Problem;
}

export type SuspectedEnd = Extract<Reason, 'password_changed' | 'account_deleted'>;

export interface NeedsReauth extends LastAttempt {
  readonly status: 'needsReauth';
  readonly account: Account;
  /** Why the session ended; kept while attempts to sign in again fail. */
  readonly endReason: Problem;
  /** The session that ended; its companion session may still tell why. Absent if an earlier version ended it. */
  readonly sessionId?: string;
}

/** The states an attempt can start from and fall back to. */
export type BaseState = SignedOut | SignedIn | NeedsReauth;

export interface SigningIn {
  readonly status: 'signingIn';
  readonly attempt: Attempt;
  readonly previous: BaseState;
}

export type Session = BaseState | SigningIn;

/** Every status of a session. */
export const STATUSES = ['signedOut', 'signingIn', 'signedIn', 'needsReauth'] as const;
export type Status = (typeof STATUSES)[number];

/** The state itself or, during an attempt, the one it would fall back to. */
export function baseState(session: Session): BaseState {
  return session.status === 'signingIn' ? session.previous : session;
}

/** The live session, also during another attempt to sign in. */
export function liveSession(session: Session): SignedIn | undefined {
  const base = baseState(session);
  return base.status === 'signedIn' ? base : undefined;
}
