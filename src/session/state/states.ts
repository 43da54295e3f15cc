/*
 * The session as a state machine. Everything the extension remembers about who is signed in is one of these states.
 *
 *  signedOut ──signInStarted──▶ signingIn ──signInCompleted──▶ signedIn ──grantRejected──▶ needsReauth
 *      ▲                          │    ▲                      ⟲ profileFetched                 │
 *      │                          │    └─────────signInStarted────┴────────────────────────────┘
 *      │                          └── signInFailed(problem): back to `previous`
 *      └───────────────────── signedOut(why): from every other state ──────────────────────────┘
 *
 *  (endExplained, in needsReauth: the companion says why after all; a deleted account leads to signedOut.
 *  phaseReached and movedToTab stay in signingIn; troubleMet, hinted, grantKept and secretsMoved in signedIn: they only tell
 *  more about where things are. problemDismissed forgets how the last attempt failed, in every settled state. A grant rejected because its account was deleted leads to signedOut: there is nothing to go back to.)
 *
 *  signedOut    nobody is signed in; what is left of a former session lies in the outbox until it is destroyed.
 *  signingIn    one attempt is running; `previous` is the state to go back to when it fails.
 *  signedIn     there is a grant, and as far as we know Mozilla accounts still honours it.
 *  needsReauth  Mozilla accounts has said that the grant is gone; the person's data stays until they sign in or out.
 *
 * "Is the access token fresh?" is no state: it is a question about a cache, answered in access-token.ts.
 */
import type { FxaErrorCode, Reason } from '../../fxa/errors.ts';
import type { Profile } from '../../fxa/profile.ts';
import type { KeyIds } from '../../fxa/scoped-keys.ts';

/** What went wrong last, in words the popup can look up. Instants in milliseconds, `retryAfter` in seconds. */
export interface Problem {
  readonly code: FxaErrorCode;
  readonly reason?: Reason;
  readonly retryAfter?: number;
  readonly at: number;
}

/** A refresh token as it is kept, beside the id that destroys it (SHA-256 of its bytes). */
export interface StoredGrant {
  readonly refreshTokenId: string;
  readonly scope: string;
  /** Absent when the secrets of the session are to end with the browser: they lie in `storage.session` (secret-store.ts). */
  readonly sealed?: SealedSecrets;
  /** They were to outlive the browser, but it refuses to keep the key they would be sealed under. */
  readonly notKept?: true;
}

/** Each sealed by itself: a refresh needs no keys. */
export interface SealedSecrets {
  readonly refreshToken: string;
  readonly keys?: string;
}

/** One try to sign in. Its id becomes the id of the session it leads to. */
export interface Attempt {
  readonly id: string;
  readonly startedAt: number;
  readonly phase: Phase;
  /** A tab goes on without the background that opened it; the browser's own window does not. */
  readonly via: 'window' | 'tab';
  readonly askWho?: true;
}

/** Where an attempt is: asking whether the server is there, waiting for the person, or fetching what they allowed. */
export type Phase = 'checking' | 'window' | 'finishing';

/** What the last attempt, or the wish before it, left behind. */
interface LastAttempt {
  /** How it failed. It stays until the next one, or until the person has seen enough of it. */
  readonly problem?: Problem;
  /** The next sign-in asks for the account and its password, whoever is signed in at Mozilla accounts. */
  readonly askWho?: true;
}

export interface SignedOut extends LastAttempt {
  readonly status: 'signedOut';
  /** The last account here had allowed metrics. Where somebody was signed in and it does not say so, they had not. */
  readonly metricsAllowed?: true;
  /** How the last session ended. */
  readonly ended?: Problem;
  /** The person has seen that, and wants to be told no more. */
  readonly endDismissed?: true;
}

/** Who is signed in: the id_token's subject at once, the profile as soon as it was fetched. */
export interface Account {
  readonly subject: string;
  readonly profile?: Profile;
  readonly profileAt?: number;
  /** Which keys were had last, by scope: older ones are never taken for newer ones. No secret. */
  readonly keyIds?: KeyIds;
}

/** By which the data of an account is kept: the profile's uid, and until there is one the id_token's subject. */
export function uidOf({ subject, profile }: Account): string {
  return profile?.uid ?? subject;
}

/** Whether an account is the one of that uid or subject. FxA: the two differ for clients with pairwise subjects. */
export function isAccount({ subject, profile }: Account, id: string): boolean {
  return id === subject || id === profile?.uid;
}

export interface SignedIn extends LastAttempt {
  readonly status: 'signedIn';
  readonly id: string;
  readonly since: number;
  readonly account: Account;
  readonly grant: StoredGrant;
  /** Another account took the place of the one before, whose data is gone from here. */
  readonly replacedOther?: true;
  /** What the companion says has happened: it names the reason if the proof comes. */
  readonly hint?: SuspectedEnd;
  /** What went wrong when news were last looked for. */
  readonly trouble?: Problem;
}

export type SuspectedEnd = Extract<Reason, 'password_changed' | 'account_deleted'>;

export interface NeedsReauth extends LastAttempt {
  readonly status: 'needsReauth';
  readonly account: Account;
  /** Why the session ended; it stays, whatever becomes of attempts to sign in again. */
  readonly ended: Problem;
  /** The session that ended: its companion session may yet tell why. Absent where an earlier version ended it. */
  readonly sessionId?: string;
}

/** The states an attempt may start from, and falls back to. */
export type BaseState = SignedOut | SignedIn | NeedsReauth;

export interface SigningIn {
  readonly status: 'signingIn';
  readonly attempt: Attempt;
  readonly previous: BaseState;
}

export type Session = BaseState | SigningIn;

/** The settled state beneath: the state itself, or the one a running attempt would go back to. */
export function baseState(session: Session): BaseState {
  return session.status === 'signingIn' ? session.previous : session;
}

/** The live session, also while the person is signing in anew on top of it. */
export function liveSession(session: Session): SignedIn | undefined {
  const base = baseState(session);
  return base.status === 'signedIn' ? base : undefined;
}
