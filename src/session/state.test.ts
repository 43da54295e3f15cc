import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  liveSession,
  settled,
  transition,
  type NeedsReauth,
  type Problem,
  type Session,
  type SessionEvent,
  type SignedIn,
  type SigningIn,
} from './state.ts';

const problem: Problem = { code: 'offline', at: 5 };
const grant = { refreshTokenId: 'grant-1', sealed: 'sealed', scope: 'profile' };
const account = { subject: 'ada' };
const out: Session = { status: 'signedOut' };
const signedIn: SignedIn = { status: 'signedIn', id: 's1', since: 1, account, grant };
const needsReauth: NeedsReauth = { status: 'needsReauth', account, ended: problem };
const attempt = { id: 'a1', startedAt: 2, phase: 'checking' } as const;
const signingIn = (previous: SigningIn['previous']): SigningIn => ({
  status: 'signingIn',
  attempt,
  previous,
});
const profile = { uid: 'ada', email: 'ada@example.com' };

describe('an attempt', () => {
  it.each([out, signedIn, needsReauth])('starts from $status and remembers where it came from', (from) => {
    expect(transition(from, { type: 'signInStarted', attempt })).toEqual(signingIn(settled(from)));
  });

  it('is not started twice', () => {
    const running = signingIn({ status: 'signedOut' });
    expect(transition(running, { type: 'signInStarted', attempt: { ...attempt, id: 'a2' } })).toBe(running);
  });

  it.each([out, signedIn, needsReauth])('that fails goes back to $status, with the problem', (from) => {
    const failed = transition(signingIn(settled(from)), { type: 'signInFailed', attemptId: 'a1', problem });
    expect(failed).toEqual({ ...from, problem });
  });

  it('that completes is the session, under its own id', () => {
    const event: SessionEvent = { type: 'signInCompleted', attemptId: 'a1', account, grant, at: 9 };
    const next = transition(signingIn(needsReauth), event);
    expect(next).toEqual({ status: 'signedIn', id: 'a1', since: 9, account, grant });
  });

  it('tells where it is', () => {
    const next = transition(signingIn(signedIn), {
      type: 'phaseReached',
      attemptId: 'a1',
      phase: 'finishing',
    });
    expect(next).toEqual({ ...signingIn(signedIn), attempt: { ...attempt, phase: 'finishing' } });
  });

  it('that was given up changes nothing any more', () => {
    for (const state of [out, signedIn, needsReauth, signingIn(signedIn)]) {
      expect(transition(state, { type: 'signInFailed', attemptId: 'late', problem })).toBe(state);
      expect(transition(state, { type: 'signInCompleted', attemptId: 'late', account, grant, at: 9 })).toBe(
        state,
      );
    }
  });
});

describe('a live session', () => {
  it('takes a profile, which solves its problem, also beneath a running attempt', () => {
    const event: SessionEvent = { type: 'profileFetched', sessionId: 's1', profile, at: 7 };
    const fresh = { ...signedIn, account: { subject: 'ada', profile, profileAt: 7 } };
    expect(transition({ ...signedIn, problem }, event)).toEqual(fresh);
    expect(transition(signingIn({ ...signedIn, problem }), event)).toEqual(signingIn(fresh));
  });

  it('stays what it is when something goes wrong', () => {
    expect(transition(signedIn, { type: 'problemMet', sessionId: 's1', problem })).toEqual({
      ...signedIn,
      problem,
    });
  });

  it('whose grant is gone keeps the account, and asks for a new sign-in', () => {
    const rejected: SessionEvent = { type: 'grantRejected', sessionId: 's1', problem };
    expect(transition(signedIn, rejected)).toEqual(needsReauth);
    expect(transition(signingIn(signedIn), rejected)).toEqual(signingIn(needsReauth));
  });

  it('does not listen to events of another one', () => {
    for (const state of [out, signedIn, needsReauth, signingIn(signedIn)]) {
      expect(transition(state, { type: 'profileFetched', sessionId: 'other', profile, at: 7 })).toBe(state);
      expect(transition(state, { type: 'problemMet', sessionId: 'other', problem })).toBe(state);
      expect(transition(state, { type: 'grantRejected', sessionId: 'other', problem })).toBe(state);
    }
  });
});

it('a session that is lost under a running attempt leaves the attempt alone', () => {
  const lost = { type: 'signedOut', reason: 'key_lost', problem } as const;
  expect(transition(signingIn(signedIn), lost)).toEqual(signingIn({ status: 'signedOut', problem }));
  const alone = signingIn({ status: 'signedOut' });
  expect(transition(alone, lost)).toBe(alone);
  expect(transition(alone, { type: 'signedOut', reason: 'by_user' })).toEqual(out);
});

it('everybody can be signed out, once', () => {
  for (const state of [signedIn, needsReauth, signingIn(signedIn)]) {
    expect(transition(state, { type: 'signedOut', reason: 'by_user' })).toEqual(out);
  }
  expect(transition(out, { type: 'signedOut', reason: 'by_user' })).toBe(out);
});

it('only two events end a live session, whatever order events come in', () => {
  const id = fc.constantFrom('a1', 'a2', 's1');
  const event: fc.Arbitrary<SessionEvent> = fc.oneof(
    id.map((attemptId): SessionEvent => ({ type: 'signInFailed', attemptId, problem })),
    id.map((sessionId): SessionEvent => ({ type: 'profileFetched', sessionId, profile, at: 7 })),
    id.map((sessionId): SessionEvent => ({ type: 'problemMet', sessionId, problem })),
    id.map((started): SessionEvent => ({ type: 'signInStarted', attempt: { ...attempt, id: started } })),
  );
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const end = events.reduce<Session>((state, next) => transition(state, next), signedIn);
      expect(liveSession(end)?.grant).toEqual(grant);
    }),
  );
});
