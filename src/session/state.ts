/*
 * The session as a state machine. Everything the extension remembers about who is signed in is one of these states.
 *
 *  signedOut ──signInStarted──▶ signingIn ──signInCompleted──▶ signedIn ──grantRejected──▶ needsReauth
 *      ▲                          │    ▲                      ⟲ profileFetched                 │
 *      │                          │    └─────────signInStarted────┴────────────────────────────┘
 *      │                          └── signInFailed(problem): back to `previous`
 *      └───────────────────── signedOut(why): from every other state ──────────────────────────┘
 *
 *  (phaseReached stays in signingIn, problemMet in signedIn: they only tell more about where things are.)
 *
 *  signedOut    nobody is signed in; what is left of a former session lies in the outbox until it is destroyed.
 *  signingIn    one attempt is running; `previous` is the state to go back to when it fails.
 *  signedIn     there is a grant, and as far as we know Mozilla accounts still honours it.
 *  needsReauth  Mozilla accounts has said that the grant is gone; the person's data stays until they sign in or out.
 *
 * "Is the access token fresh?" is no state: it is a question about a cache, answered in tokens.ts.
 */
import type { FxaErrorCode, Reason } from '../fxa/errors.ts';
import type { Profile } from '../fxa/profile.ts';

/** What went wrong last, in words the popup can look up. Instants in milliseconds, `retryAfter` in seconds. */
export interface Problem {
  readonly code: FxaErrorCode;
  readonly reason?: Reason;
  readonly retryAfter?: number;
  readonly at: number;
}

/** A refresh token as it is kept: sealed, beside the id that destroys it (SHA-256 of its bytes). */
export interface StoredGrant {
  readonly refreshTokenId: string;
  readonly sealed: string;
  readonly scope: string;
}

/** One try to sign in. Its id becomes the id of the session it leads to. */
export interface Attempt {
  readonly id: string;
  readonly startedAt: number;
  readonly phase: Phase;
}

/** Where an attempt is: asking whether the server is there, waiting for the person, or fetching what they allowed. */
export type Phase = 'checking' | 'window' | 'finishing';

export interface SignedOut {
  readonly status: 'signedOut';
  readonly problem?: Problem;
}

/** Who is signed in: the id_token's subject at once, the profile as soon as it was fetched. */
export interface Account {
  readonly subject: string;
  readonly profile?: Profile;
  readonly profileAt?: number;
}

export interface SignedIn {
  readonly status: 'signedIn';
  readonly id: string;
  readonly since: number;
  readonly account: Account;
  readonly grant: StoredGrant;
  readonly problem?: Problem;
}

export interface NeedsReauth {
  readonly status: 'needsReauth';
  readonly account: Account;
  /** Why the session ended; it stays, whatever becomes of attempts to sign in again. */
  readonly ended: Problem;
  readonly problem?: Problem;
}

/** The states an attempt may start from, and falls back to. */
export type Settled = SignedOut | SignedIn | NeedsReauth;

export interface SigningIn {
  readonly status: 'signingIn';
  readonly attempt: Attempt;
  readonly previous: Settled;
}

export type Session = Settled | SigningIn;

/** Why somebody was signed out without a new sign-in taking the place. */
export type SignOutReason = 'by_user' | 'key_lost' | 'environment_changed';

export type SessionEvent =
  | { readonly type: 'signInStarted'; readonly attempt: Attempt }
  | { readonly type: 'phaseReached'; readonly attemptId: string; readonly phase: Phase }
  | { readonly type: 'signInFailed'; readonly attemptId: string; readonly problem: Problem }
  | {
      readonly type: 'signInCompleted';
      readonly attemptId: string;
      readonly account: Account;
      readonly grant: StoredGrant;
      readonly problem?: Problem;
      readonly at: number;
    }
  | {
      readonly type: 'profileFetched';
      readonly sessionId: string;
      readonly profile: Profile;
      readonly at: number;
    }
  | { readonly type: 'problemMet'; readonly sessionId: string; readonly problem: Problem }
  | { readonly type: 'grantRejected'; readonly sessionId: string; readonly problem: Problem }
  /** The problem tells a person who did not sign out why they are. */
  | { readonly type: 'signedOut'; readonly reason: SignOutReason; readonly problem?: Problem };

/** The settled state beneath: the state itself, or the one a running attempt would go back to. */
export function settled(session: Session): Settled {
  return session.status === 'signingIn' ? session.previous : session;
}

/** The live session, also while the person is signing in anew on top of it. */
export function liveSession(session: Session): SignedIn | undefined {
  const base = settled(session);
  return base.status === 'signedIn' ? base : undefined;
}

/**
 * The next state. Pure; an event that comes too late (its attempt or session is no longer there) returns the very same
 * object, so `next === session` means "nothing happened".
 */
export function transition(session: Session, event: SessionEvent): Session {
  switch (event.type) {
    case 'signInStarted':
      if (session.status === 'signingIn') return session;
      return { status: 'signingIn', attempt: event.attempt, previous: session };

    case 'phaseReached':
      if (!isAttempt(session, event.attemptId)) return session;
      return { ...session, attempt: { ...session.attempt, phase: event.phase } };

    case 'signInFailed':
      if (!isAttempt(session, event.attemptId)) return session;
      return { ...session.previous, problem: event.problem };

    case 'signInCompleted': {
      if (!isAttempt(session, event.attemptId)) return session;
      const { account, grant, problem } = event;
      const next: SignedIn = { status: 'signedIn', id: event.attemptId, since: event.at, account, grant };
      return problem ? { ...next, problem } : next;
    }

    case 'profileFetched':
      return changeLive(session, event.sessionId, ({ problem, ...live }) => ({
        ...live,
        account: { ...live.account, profile: event.profile, profileAt: event.at },
      }));

    case 'problemMet':
      return changeLive(session, event.sessionId, (live) => ({ ...live, problem: event.problem }));

    case 'grantRejected':
      return changeLive(session, event.sessionId, ({ account }) => ({
        status: 'needsReauth',
        account,
        ended: event.problem,
      }));

    case 'signedOut':
      return signedOut(session, event.reason, event.problem);
  }
}

/** A person who signs out ends everything; a session that is lost leaves a running attempt alone. */
function signedOut(session: Session, reason: SignOutReason, problem: Problem | undefined): Session {
  if (settled(session).status === 'signedOut' && (session.status === 'signedOut' || reason !== 'by_user'))
    return session;
  const out: SignedOut = { status: 'signedOut', ...(problem && { problem }) };
  return session.status === 'signingIn' && reason !== 'by_user' ? { ...session, previous: out } : out;
}

function isAttempt(session: Session, attemptId: string): session is SigningIn {
  return session.status === 'signingIn' && session.attempt.id === attemptId;
}

/** Applies a change to the live session of that id, wherever it lies; the same object when there is none. */
function changeLive(session: Session, sessionId: string, change: (live: SignedIn) => Settled): Session {
  const live = liveSession(session);
  if (live?.id !== sessionId) return session;
  return session.status === 'signingIn' ? { ...session, previous: change(live) } : change(live);
}
