import { describe, expect, it } from 'vitest';
import { baseState, type NeedsReauth, type Problem, type Session, type SignedIn } from './states.ts';
import type { SessionEvent } from './events.ts';
import { transition } from './transition.ts';

const problem: Problem = { code: 'offline', at: 5 };
const account = { subject: 'ada' };
const grant = { refreshTokenId: 'grant-1', sealed: { refreshToken: 'sealed' }, scope: 'profile' };
const out: Session = { status: 'signedOut' };
const signedIn: SignedIn = { status: 'signedIn', id: 's1', since: 1, account, grant };
const endReason: Problem = { code: 'reauth_required', reason: 'grant_revoked', at: 5 };
const needsReauth: NeedsReauth = { status: 'needsReauth', account, endReason };
const attempt = { id: 'a1', startedAt: 2, phase: 'checking', via: 'window' } as const;
const signingIn = (previous: ReturnType<typeof baseState>): Session => ({
  status: 'signingIn',
  attempt,
  previous,
});

describe('problemDismissed', () => {
  const lost: Problem = { code: 'signed_out', reason: 'account_deleted', at: 5 };
  const dismiss: SessionEvent = { type: 'problemDismissed' };

  it('dismisses a failed attempt and the end of the last session when signed out', () => {
    const seen = { status: 'signedOut', endReason: lost, endDismissed: true };
    expect(transition({ status: 'signedOut', endReason: lost, attemptError: problem }, dismiss)).toEqual(
      seen,
    );
    expect(transition({ status: 'signedOut', endReason: lost }, dismiss)).toEqual(seen);
    expect(transition({ status: 'signedOut', attemptError: problem }, dismiss)).toEqual(out);
    expect(transition(seen as Session, dismiss)).toBe(seen);
    expect(transition(out, dismiss)).toBe(out);
  });

  it('keeps the last end dismissed after another failed attempt, but shows the end of another session', () => {
    const seen = transition({ status: 'signedOut', endReason: lost }, dismiss);
    const failed = transition(signingIn(baseState(seen)), {
      type: 'signInFailed',
      attemptId: 'a1',
      attemptError: problem,
    });
    expect(failed).toMatchObject({ endDismissed: true, attemptError: problem });
    const lostKey = { type: 'signedOut', reason: 'key_lost', at: 9 } as const;
    expect(transition(signedIn, lostKey)).not.toHaveProperty('endDismissed');
  });

  it('doesn’t dismiss that a new sign-in is needed', () => {
    expect(transition(needsReauth, dismiss)).toBe(needsReauth);
    expect(transition({ ...needsReauth, attemptError: problem }, dismiss)).toEqual(needsReauth);
  });
});
