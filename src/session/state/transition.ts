// The pure function that applies an event to the session.
import type { SessionEvent } from './events.ts';
import type { JournalReason } from './record.ts';
import {
  liveSession,
  baseState,
  type Account,
  type Problem,
  type Session,
  type BaseState,
  type SignedIn,
  type SignedOut,
  type SigningIn,
  type StoredGrant,
} from './states.ts';

/** Why an event changed the state, for the journal: an error code, a reason, or the event's type. */
export function transitionReason(event: SessionEvent, next: Session): JournalReason {
  if (event.type === 'signInFailed') return event.attemptError.code;
  if (event.type === 'signedOut' || event.type === 'endExplained') return event.reason;
  const to = baseState(next);
  if (event.type === 'grantRejected' && to.status !== 'signedIn')
    return to.endReason?.reason ?? 'grant_revoked';
  return event.type === 'signInStarted' || event.type === 'signInCompleted' ? 'sign_in' : event.type;
}

/**
 * The next state. An event that comes too late, for an attempt or session that is over, returns the same object:
 * compare with `===` to see whether anything changed. Pure.
 */
export function transition(session: Session, event: SessionEvent): Session {
  switch (event.type) {
    case 'signInStarted':
      if (session.status === 'signingIn') return session;
      return { status: 'signingIn', attempt: event.attempt, previous: session };

    case 'phaseReached':
      if (!isAttempt(session, event.attemptId)) return session;
      return { ...session, attempt: { ...session.attempt, phase: event.phase } };

    case 'movedToTab':
      if (!isAttempt(session, event.attemptId)) return session;
      return { ...session, attempt: { ...session.attempt, via: 'tab' } };

    case 'signInFailed':
      if (!isAttempt(session, event.attemptId)) return session;
      return failed(session, event.attemptError);

    case 'signInCompleted': {
      if (!isAttempt(session, event.attemptId)) return session;
      const { account, grant, profileError } = event;
      const { previous } = session;
      const other = previous.status !== 'signedOut' && previous.account.subject !== account.subject;
      return {
        status: 'signedIn',
        id: event.attemptId,
        since: event.at,
        account,
        grant,
        ...(other && { replacedOther: true }),
        ...(profileError && { profileError }),
      };
    }

    case 'profileFetched':
      return changeLive(session, event.sessionId, ({ profileError, ...live }) => ({
        ...live,
        account: { ...live.account, profile: event.profile, profileAt: event.at },
      }));

    case 'metricsClosed': {
      const { profile } = liveSession(session)?.account ?? {};
      if (profile?.metricsEnabled !== true) return session;
      return changeLive(session, event.sessionId, (live) => ({
        ...live,
        account: { ...live.account, profile: { ...profile, metricsEnabled: false } },
      }));
    }

    case 'profileFetchFailed':
      return changeLive(session, event.sessionId, (live) => ({ ...live, profileError: event.profileError }));

    case 'problemDismissed': {
      if (session.status === 'signingIn') return session;
      const { attemptError: problem, ...rest } = session;
      if (rest.status === 'signedOut') {
        const endSeen = rest.endReason === undefined || rest.endDismissed === true;
        if (!problem && endSeen) return session;
        return rest.endReason ? { ...rest, endDismissed: true } : rest;
      }
      if (!problem) return session;
      const { forceLogin, ...plain } = rest;
      return plain;
    }

    case 'secretsMoved':
      return changeLive(session, event.sessionId, ({ grant, ...live }) => ({
        ...live,
        grant: {
          ...withoutSecretLocation(grant),
          ...(event.sealed && { sealed: event.sealed }),
          ...(event.keyNotKept && { keyNotKept: event.keyNotKept }),
        },
      }));

    case 'refreshSent':
      return changeLive(session, event.sessionId, (live) => ({
        ...live,
        grant: { ...live.grant, rotating: true },
      }));

    case 'refreshRefused':
      if (!liveSession(session)?.grant.rotating) return session;
      return changeLive(session, event.sessionId, ({ grant: { rotating, ...grant }, ...live }) => ({
        ...live,
        grant,
      }));

    case 'grantRotated':
      return changeLive(session, event.sessionId, (live) => ({
        ...live,
        grant: { ...event.grant, scope: live.grant.scope },
      }));

    case 'endSuspected':
      return changeLive(session, event.sessionId, (live) => ({ ...live, suspectedEnd: event.suspectedEnd }));

    case 'grantConfirmed': {
      const now = liveSession(session);
      if (!now?.suspectedEnd && !now?.grant.rotating) return session;
      return changeLive(
        session,
        event.sessionId,
        ({ suspectedEnd, grant: { rotating, ...grant }, ...live }) => ({
          ...live,
          grant,
        }),
      );
    }

    case 'grantRejected':
      return changeLive(session, event.sessionId, (live) => rejected(live, event));

    case 'endExplained':
      return applyEndReason(session, event);

    case 'signedOut':
      return signedOut(session, event);
  }
}

/** After a failure the next attempt asks for the account again, if this one did; after a cancellation it doesn't. */
function failed({ previous, attempt }: SigningIn, problem: Problem): BaseState {
  if (previous.status === 'signedOut') return { ...previous, attemptError: problem };
  const { forceLogin, ...base } = previous;
  return {
    ...base,
    attemptError: problem,
    ...(attempt.forceLogin && problem.code !== 'cancelled' && { forceLogin: true }),
  };
}

function rejected(
  { id, account, suspectedEnd }: SignedIn,
  { rotationLost, at }: Extract<SessionEvent, { type: 'grantRejected' }>,
): BaseState {
  if (suspectedEnd === 'account_deleted') return erased(account, at);
  // A lost token is known here; the companion only suspects.
  const reason = rotationLost ? 'rotation_lost' : (suspectedEnd ?? 'grant_revoked');
  const endReason: Problem = { code: 'reauth_required', reason, at };
  return { status: 'needsReauth', account, endReason, sessionId: id };
}

/** Sets the reason of the ended session of that id, also beneath a running attempt; a deleted account is erased. */
function applyEndReason(
  session: Session,
  { sessionId, reason, at }: Extract<SessionEvent, { type: 'endExplained' }>,
): Session {
  const base = baseState(session);
  if (base.status !== 'needsReauth' || base.sessionId !== sessionId || base.endReason.reason === reason)
    return session;
  if (base.endReason.reason === 'rotation_lost' && reason !== 'account_deleted') return session;
  const next: BaseState =
    reason === 'account_deleted'
      ? erased(base.account, at)
      : { ...base, endReason: { ...base.endReason, reason } };
  return session.status === 'signingIn' ? { ...session, previous: next } : next;
}

function erased(account: Account, at: number): SignedOut {
  const endReason: Problem = { code: 'signed_out', reason: 'account_deleted', at };
  return { status: 'signedOut', endReason, ...metricsConsentOf(account) };
}

/** Whether the removed account allowed metrics: the only thing kept of it. */
function metricsConsentOf({ profile }: Account): Pick<SignedOut, 'metricsAllowed'> {
  return profile?.metricsEnabled === true ? { metricsAllowed: true } : {};
}

/** A sign-out by the user also ends a running attempt; a lost session doesn't. */
function signedOut(session: Session, event: Extract<SessionEvent, { type: 'signedOut' }>): Session {
  const { reason, sessionId, forceLogin = false, at } = event;
  if (sessionId !== undefined && liveSession(session)?.id !== sessionId) return session;
  const byUser = reason === 'by_user';
  // An attempt at another server can't finish here.
  const endsAttempt = byUser || reason === 'environment_changed';
  if (baseState(session).status === 'signedOut' && (session.status === 'signedOut' || !endsAttempt))
    return session;
  const endReason: Problem = { code: 'signed_out', reason, at };
  const base = baseState(session);
  // Canceling an attempt before the first sign-in is no opt-out.
  const unasked = base.status === 'signedOut' && (base.metricsAllowed ?? base.endReason === undefined);
  const metricsConsent =
    base.status === 'signedOut'
      ? unasked && { metricsAllowed: true as const }
      : metricsConsentOf(base.account);
  const out: SignedOut = {
    status: 'signedOut',
    endReason,
    ...(forceLogin && { forceLogin }),
    ...metricsConsent,
  };
  return session.status === 'signingIn' && !endsAttempt ? { ...session, previous: out } : out;
}

function isAttempt(session: Session, attemptId: string): session is SigningIn {
  return session.status === 'signingIn' && session.attempt.id === attemptId;
}

/** The grant without where its secrets are. */
function withoutSecretLocation({ sealed, keyNotKept, ...grant }: StoredGrant): StoredGrant {
  return grant;
}

/** Changes the live session of that id, also beneath an attempt; otherwise returns the same object. */
function changeLive(session: Session, sessionId: string, change: (live: SignedIn) => BaseState): Session {
  const live = liveSession(session);
  if (live?.id !== sessionId) return session;
  return session.status === 'signingIn' ? { ...session, previous: change(live) } : change(live);
}
