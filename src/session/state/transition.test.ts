import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  liveSession,
  baseState,
  type NeedsReauth,
  type Problem,
  type Session,
  type SignedIn,
  type SigningIn,
} from './states.ts';
import type { SessionEvent } from './events.ts';
import { transition, transitionReason } from './transition.ts';

const problem: Problem = { code: 'offline', at: 5 };
const grant = { refreshTokenId: 'grant-1', sealed: { refreshToken: 'sealed' }, scope: 'profile' };
const account = { subject: 'ada' };
const out: Session = { status: 'signedOut' };
const signedIn: SignedIn = { status: 'signedIn', id: 's1', since: 1, account, grant };
const endReason: Problem = { code: 'reauth_required', reason: 'grant_revoked', at: 5 };
const needsReauth: NeedsReauth = { status: 'needsReauth', account, endReason, sessionId: 's1' };
const attempt = { id: 'a1', startedAt: 2, phase: 'checking', via: 'window' } as const;
const signingIn = (previous: SigningIn['previous']): SigningIn => ({
  status: 'signingIn',
  attempt,
  previous,
});
const profile = { uid: 'ada', email: 'ada@example.com' };

describe('a sign-in attempt', () => {
  it.each([out, signedIn, needsReauth])('starts from $status and remembers that state', (from) => {
    expect(transition(from, { type: 'signInStarted', attempt })).toEqual(signingIn(baseState(from)));
  });

  it('ignores a second start while an attempt runs', () => {
    const running = signingIn({ status: 'signedOut' });
    expect(transition(running, { type: 'signInStarted', attempt: { ...attempt, id: 'a2' } })).toBe(running);
  });

  it.each([out, signedIn, needsReauth])(
    'returns to $status with the problem when the attempt fails',
    (from) => {
      const failed = transition(signingIn(baseState(from)), {
        type: 'signInFailed',
        attemptId: 'a1',
        attemptError: problem,
      });
      expect(failed).toEqual({ ...from, attemptError: problem });
    },
  );

  it('keeps forceLogin after a failed attempt, unless it was cancelled', () => {
    const asking = { ...signingIn(signedIn), attempt: { ...attempt, forceLogin: true } } as const;
    const interrupted: SessionEvent = {
      type: 'signInFailed',
      attemptId: 'a1',
      attemptError: { code: 'interrupted', at: 5 },
    };
    expect(transition(asking, interrupted)).toMatchObject({ status: 'signedIn', forceLogin: true });
    const cancelled = { ...interrupted, attemptError: { code: 'cancelled', at: 5 } } as const;
    expect(transition(asking, cancelled)).not.toHaveProperty('forceLogin');
    const again = { ...asking, previous: { ...signedIn, forceLogin: true } } as const;
    expect(transition(again, cancelled)).not.toHaveProperty('forceLogin');
    const asked = { ...asking, previous: { ...out, forceLogin: true } } as const;
    expect(transition(asked, cancelled)).toMatchObject({ forceLogin: true });
  });

  it('turns a completed attempt into the session with the same id', () => {
    const event: SessionEvent = { type: 'signInCompleted', attemptId: 'a1', account, grant, at: 9 };
    const next = transition(signingIn(needsReauth), event);
    expect(next).toEqual({ status: 'signedIn', id: 'a1', since: 9, account, grant });
  });

  it('records the phase of the attempt, and that it moved to a tab', () => {
    const next = transition(signingIn(signedIn), {
      type: 'phaseReached',
      attemptId: 'a1',
      phase: 'finishing',
    });
    expect(next).toEqual({ ...signingIn(signedIn), attempt: { ...attempt, phase: 'finishing' } });
  });

  it('ignores events of an attempt that is over', () => {
    for (const state of [out, signedIn, needsReauth, signingIn(signedIn)]) {
      expect(transition(state, { type: 'signInFailed', attemptId: 'late', attemptError: problem })).toBe(
        state,
      );
      expect(transition(state, { type: 'signInCompleted', attemptId: 'late', account, grant, at: 9 })).toBe(
        state,
      );
    }
  });
});

describe('a live session', () => {
  it('stores a profile and clears the last fetch error, also beneath a running attempt', () => {
    const event: SessionEvent = { type: 'profileFetched', sessionId: 's1', profile, at: 7 };
    const fresh = { ...signedIn, account: { subject: 'ada', profile, profileAt: 7 } };
    expect(transition({ ...signedIn, profileError: problem }, event)).toEqual(fresh);
    expect(transition(signingIn({ ...signedIn, profileError: problem }), event)).toEqual(signingIn(fresh));
  });

  it('keeps the problem of a failed attempt until it is dismissed', () => {
    const event: SessionEvent = { type: 'profileFetched', sessionId: 's1', profile, at: 7 };
    const failed = transition({ ...signedIn, attemptError: problem, forceLogin: true }, event);
    expect(failed).toMatchObject({ attemptError: problem });
    expect(transition(failed, { type: 'problemDismissed' })).toEqual({
      ...signedIn,
      account: { subject: 'ada', profile, profileAt: 7 },
    });
    expect(transition(signedIn, { type: 'problemDismissed' })).toBe(signedIn);
  });

  it('isn’t ended by the loss of another session', () => {
    const lost = { type: 'signedOut', reason: 'key_lost', sessionId: 'other', at: 5 } as const;
    for (const state of [out, signedIn, needsReauth, signingIn(signedIn)]) {
      expect(transition(state, lost)).toBe(state);
    }
    expect(transition(signedIn, { ...lost, sessionId: 's1' }).status).toBe('signedOut');
  });

  it('stays signed in when the profile can’t be fetched', () => {
    expect(
      transition(signedIn, { type: 'profileFetchFailed', sessionId: 's1', profileError: problem }),
    ).toEqual({
      ...signedIn,
      profileError: problem,
    });
  });

  it('keeps the account and asks for a new sign-in when the grant is rejected', () => {
    const rejected: SessionEvent = { type: 'grantRejected', sessionId: 's1', at: 5 };
    expect(transition(signedIn, rejected)).toEqual(needsReauth);
    expect(transition(signingIn(signedIn), rejected)).toEqual(signingIn(needsReauth));
    expect(transitionReason(rejected, needsReauth)).toBe('grant_revoked');
  });

  it('ends for the suspected reason once the grant is rejected', () => {
    const suspected = transition(signedIn, {
      type: 'endSuspected',
      sessionId: 's1',
      suspectedEnd: 'password_changed',
    });
    expect(suspected).toEqual({ ...signedIn, suspectedEnd: 'password_changed' });
    expect(transition(suspected, { type: 'grantRejected', sessionId: 's1', at: 5 })).toEqual({
      ...needsReauth,
      endReason: { ...endReason, reason: 'password_changed' },
    });
    expect(transition(suspected, { type: 'grantConfirmed', sessionId: 's1' })).toEqual(signedIn);
    expect(transition(signedIn, { type: 'grantConfirmed', sessionId: 's1' })).toBe(signedIn);
  });

  it('is signed out when the grant is rejected after the account was deleted', () => {
    const rejected: SessionEvent = { type: 'grantRejected', sessionId: 's1', at: 5 };
    const ended = transition({ ...signedIn, suspectedEnd: 'account_deleted' }, rejected);
    expect(ended).toEqual({
      status: 'signedOut',
      endReason: { code: 'signed_out', reason: 'account_deleted', at: 5 },
    });
    expect(transitionReason(rejected, ended)).toBe('account_deleted');
  });

  it('records where its secrets were moved', () => {
    const moved = transition(signedIn, { type: 'secretsMoved', sessionId: 's1', sealed: undefined });
    expect(moved).toEqual({ ...signedIn, grant: { refreshTokenId: 'grant-1', scope: 'profile' } });
    expect(transition(moved, { type: 'secretsMoved', sessionId: 's1', sealed: grant.sealed })).toEqual(
      signedIn,
    );
  });

  it('ignores events of another session', () => {
    for (const state of [out, signedIn, needsReauth, signingIn(signedIn)]) {
      expect(transition(state, { type: 'profileFetched', sessionId: 'other', profile, at: 7 })).toBe(state);
      expect(
        transition(state, { type: 'profileFetchFailed', sessionId: 'other', profileError: problem }),
      ).toBe(state);
      expect(transition(state, { type: 'grantRejected', sessionId: 'other', at: 5 })).toBe(state);
      expect(
        transition(state, { type: 'endSuspected', sessionId: 'other', suspectedEnd: 'account_deleted' }),
      ).toBe(state);
    }
  });
});

it('marks a session that replaced another account', () => {
  const event: SessionEvent = {
    type: 'signInCompleted',
    attemptId: 'a1',
    account: { subject: 'lin' },
    grant,
    at: 9,
  };
  for (const before of [signedIn, needsReauth]) {
    expect(transition(signingIn(before), event)).toMatchObject({ replacedOther: true });
  }
  expect(transition(signingIn({ status: 'signedOut' }), event)).not.toHaveProperty('replacedOther');
});

it('keeps a running attempt when the session beneath it is lost', () => {
  const lost = { type: 'signedOut', reason: 'key_lost', at: 5 } as const;
  const left = {
    status: 'signedOut',
    endReason: { code: 'signed_out', reason: 'key_lost', at: 5 },
  } as const;
  expect(transition(signingIn(signedIn), lost)).toEqual(signingIn(left));
  const alone = signingIn({ status: 'signedOut' });
  expect(transition(alone, lost)).toBe(alone);
});

it('signs out from every state, once, and can ask for the account next time', () => {
  const event = { type: 'signedOut', reason: 'by_user', at: 5 } as const;
  const left = {
    status: 'signedOut',
    endReason: { code: 'signed_out', reason: 'by_user', at: 5 },
  };
  for (const state of [signedIn, needsReauth, signingIn(signedIn)]) {
    expect(transition(state, event)).toEqual(left);
    expect(transition(state, { ...event, forceLogin: true })).toEqual({ ...left, forceLogin: true });
  }
  expect(transition(out, event)).toBe(out);
});

it('ends a live session by two events only, in any order of events', () => {
  const id = fc.constantFrom('a1', 'a2', 's1');
  const event: fc.Arbitrary<SessionEvent> = fc.oneof(
    id.map((attemptId): SessionEvent => ({ type: 'signInFailed', attemptId, attemptError: problem })),
    id.map((sessionId): SessionEvent => ({ type: 'profileFetched', sessionId, profile, at: 7 })),
    id.map((sessionId): SessionEvent => ({ type: 'profileFetchFailed', sessionId, profileError: problem })),
    id.map((started): SessionEvent => ({ type: 'signInStarted', attempt: { ...attempt, id: started } })),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const end = events.reduce<Session>((state, next) => transition(state, next), signedIn);
      expect(liveSession(end)?.grant).toEqual(grant);
    }),
  );
});
