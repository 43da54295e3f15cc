import { describe, expect, it } from 'vitest';
import type { NeedsReauth, Problem, Session, SignedIn, SigningIn } from './states.ts';
import { transition, transitionReason } from './transition.ts';

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

describe('endExplained', () => {
  const applyEndReason = (reason: 'password_changed' | 'account_deleted', sessionId = 's1') =>
    ({ type: 'endExplained', sessionId, reason, at: 9 }) as const;
  const erased = { status: 'signedOut', endReason: { code: 'signed_out', reason: 'account_deleted', at: 9 } };

  it('keeps the account and the time when the password was changed', () => {
    const changed = { ...needsReauth, endReason: { ...endReason, reason: 'password_changed' } };
    expect(transition(needsReauth, applyEndReason('password_changed'))).toEqual(changed);
    expect(transition(signingIn(needsReauth), applyEndReason('password_changed'))).toEqual(
      signingIn(changed as never),
    );
  });

  it('erases a deleted account, also after a password change, and adds it to the journal', () => {
    expect(transition(needsReauth, applyEndReason('account_deleted'))).toEqual(erased);
    const changed = transition(needsReauth, applyEndReason('password_changed'));
    expect(transition(changed, applyEndReason('account_deleted'))).toEqual(erased);
    expect(transition(signingIn(needsReauth), applyEndReason('account_deleted'))).toEqual(
      signingIn(erased as never),
    );
    expect(transitionReason(applyEndReason('account_deleted'), erased as never)).toBe('account_deleted');
  });

  it('ignores the reason of another session', () => {
    for (const state of [out, signedIn, signingIn(signedIn)]) {
      expect(transition(state, applyEndReason('account_deleted'))).toBe(state);
    }
    expect(transition(needsReauth, applyEndReason('account_deleted', 'other'))).toBe(needsReauth);
    const { sessionId: _, ...older } = needsReauth;
    expect(transition(older, applyEndReason('account_deleted'))).toBe(older);
  });

  it('keeps a lost rotation, which is known, unless the account was deleted', () => {
    const rejected = { type: 'grantRejected', sessionId: 's1', rotationLost: true, at: 5 } as const;
    const lost = { ...needsReauth, endReason: { ...endReason, reason: 'rotation_lost' } } as const;
    expect(transition({ ...signedIn, suspectedEnd: 'password_changed' }, rejected)).toEqual(lost);
    expect(transition(lost, applyEndReason('password_changed'))).toBe(lost);
    expect(transition(lost, applyEndReason('account_deleted'))).toEqual(erased);
    expect(transition({ ...signedIn, suspectedEnd: 'account_deleted' }, rejected)).toMatchObject({
      status: 'signedOut',
      endReason: { reason: 'account_deleted' },
    });
  });

  it('ignores a reason it already knows', () => {
    const changed = transition(needsReauth, applyEndReason('password_changed'));
    expect(transition(changed, applyEndReason('password_changed'))).toBe(changed);
  });
});
