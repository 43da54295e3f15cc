// The pure functions that apply an event to the session, and to the record.
import type { SessionEvent, SignOutReason } from './events.ts';
import { addToJournal, type JournalReason, type StoredRecord } from './record.ts';
import {
  liveSession,
  baseState,
  type Problem,
  type Session,
  type BaseState,
  type SignedIn,
  type SignedOut,
  type SigningIn,
} from './states.ts';

/**
 * The record after an event, including the journal; the same object if the event came too late. Changes of the session
 * beneath a running attempt are journaled too. Pure.
 */
export function applyEvent(record: StoredRecord, event: SessionEvent, at: number): StoredRecord {
  const session = transition(record.session, event);
  if (session === record.session) return record;
  const next = { ...record, session };
  const beneath = session.status === 'signingIn' && record.session.status === 'signingIn';
  const from = beneath ? baseState(record.session).status : record.session.status;
  const to = beneath ? baseState(session).status : session.status;
  return from === to ? next : addToJournal(next, { at, from, to, why: transitionReason(event, session) });
}

/** Why an event changed the state, for the journal: an error code or a reason. */
export function transitionReason(event: SessionEvent, next: Session): JournalReason {
  if (event.type === 'signInFailed') return event.attemptError.code;
  if (event.type === 'signedOut' || event.type === 'endExplained') return event.reason;
  const to = baseState(next);
  if (event.type === 'grantRejected' && to.status !== 'signedIn')
    return to.endReason?.reason ?? 'grant_revoked';
  // The other events keep the state.
  return 'sign_in';
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

    case 'phaseReached': {
      if (!isAttempt(session, event.attemptId)) return session;
      const { phase, via = session.attempt.via } = event;
      return { ...session, attempt: { ...session.attempt, phase, via } };
    }

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

    case 'secretsMoved': {
      const { sealed: newlySealed, keyNotKept: notKept } = event;
      return changeLive(session, event.sessionId, ({ grant: { sealed, keyNotKept, ...grant }, ...live }) => ({
        ...live,
        grant: {
          ...grant,
          ...(newlySealed && { sealed: newlySealed }),
          ...(notKept && { keyNotKept: notKept }),
        },
      }));
    }

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
  live: SignedIn,
  { rotationLost, at }: Extract<SessionEvent, { type: 'grantRejected' }>,
): BaseState {
  const { id: sessionId, account, suspectedEnd } = live;
  if (suspectedEnd === 'account_deleted') return signedOutState(live, suspectedEnd, at);
  // A lost token is known here; the companion only suspects.
  const reason = rotationLost ? 'rotation_lost' : (suspectedEnd ?? 'grant_revoked');
  return { status: 'needsReauth', account, endReason: { code: 'reauth_required', reason, at }, sessionId };
}

/** Sets the reason of the ended session of that id, also beneath a running attempt; a deleted account is erased. */
function applyEndReason(
  session: Session,
  { sessionId, reason, at }: Extract<SessionEvent, { type: 'endExplained' }>,
): Session {
  const base = baseState(session);
  if (base.status !== 'needsReauth' || base.sessionId !== sessionId || base.endReason.reason === reason)
    return session;
  if (reason === 'account_deleted') return withBase(session, signedOutState(base, reason, at));
  if (base.endReason.reason === 'rotation_lost') return session;
  return withBase(session, { ...base, endReason: { ...base.endReason, reason } });
}

/** A sign-out by the user also ends a running attempt; a lost session doesn't. */
function signedOut(
  session: Session,
  { reason, sessionId, forceLogin, at }: Extract<SessionEvent, { type: 'signedOut' }>,
): Session {
  if (sessionId !== undefined && liveSession(session)?.id !== sessionId) return session;
  // An attempt at another server can't finish here.
  const endsAttempt = reason === 'by_user' || reason === 'environment_changed';
  const base = baseState(session);
  if (base.status === 'signedOut' && (session.status === 'signedOut' || !endsAttempt)) return session;
  const out = { ...signedOutState(base, reason, at), ...(forceLogin && { forceLogin }) };
  return endsAttempt ? out : withBase(session, out);
}

/** Whether the removed account allowed metrics is the only thing kept of it. */
function signedOutState(base: BaseState, reason: SignOutReason, at: number): SignedOut {
  const metricsAllowed =
    base.status === 'signedOut'
      ? // Canceling an attempt before the first sign-in is no opt-out.
        (base.metricsAllowed ?? base.endReason === undefined)
      : base.account.profile?.metricsEnabled === true;
  return {
    status: 'signedOut',
    endReason: { code: 'signed_out', reason, at },
    ...(metricsAllowed && { metricsAllowed }),
  };
}

function isAttempt(session: Session, attemptId: string): session is SigningIn {
  return session.status === 'signingIn' && session.attempt.id === attemptId;
}

/** Changes the live session of that id, also beneath an attempt; otherwise returns the same object. */
function changeLive(session: Session, sessionId: string, change: (live: SignedIn) => BaseState): Session {
  const live = liveSession(session);
  return live?.id === sessionId ? withBase(session, change(live)) : session;
}

/** Replaces the state itself or, during an attempt, the one beneath it. */
function withBase(session: Session, base: BaseState): Session {
  return session.status === 'signingIn' ? { ...session, previous: base } : base;
}
