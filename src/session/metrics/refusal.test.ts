import { describe, expect, it } from 'vitest';
import type { Account, Session, SignedIn } from '../state/states.ts';
import type { SessionEvent } from '../state/events.ts';
import { transition } from '../state/transition.ts';

const grant = { refreshTokenId: 'grant-1', scope: 'profile' };
const willing: Account = { subject: 'ada', profile: { uid: 'ada', metricsEnabled: true } };
const unwilling: readonly [string, Account][] = [
  ['says no', { subject: 'ada', profile: { uid: 'ada', metricsEnabled: false } }],
  ['does not say', { subject: 'ada', profile: { uid: 'ada' } }],
  ['never came', { subject: 'ada' }],
];
const live = (account: Account): SignedIn => ({ status: 'signedIn', id: 's1', since: 1, account, grant });
const leave: SessionEvent = { type: 'signedOut', reason: 'by_user', at: 5 };
const attempt = { id: 'a1', startedAt: 2, phase: 'checking', via: 'window' } as const;

const through = (session: Session, ...events: SessionEvent[]) => events.reduce(transition, session);

describe('the last account’s choice on metrics, after signing out', () => {
  it('keeps a yes after signing out', () => {
    expect(through(live(willing), leave)).toMatchObject({ status: 'signedOut', metricsAllowed: true });
  });

  it.each(unwilling)('counts as a no after signing out when its profile %s', (_what, account) => {
    expect(through(live(account), leave)).not.toHaveProperty('metricsAllowed');
    const ended: SessionEvent = { type: 'grantRejected', sessionId: 's1', at: 4 };
    expect(through(live(account), ended, leave)).not.toHaveProperty('metricsAllowed');
    const deleted = { ...live(account), suspectedEnd: 'account_deleted' } as const;
    expect(through(deleted, ended)).toMatchObject({ status: 'signedOut' });
    expect(through(deleted, ended)).not.toHaveProperty('metricsAllowed');
  });

  const started: SessionEvent = { type: 'signInStarted', attempt };
  const problem = { code: 'offline', at: 7 } as const;
  const failed: SessionEvent = { type: 'signInFailed', attemptId: 'a1', attemptError: problem };

  it.each([
    ['a yes', willing, true],
    ['a no', { subject: 'ada' }, undefined],
  ] as const)(
    'outlives attempts that fail, and problems that are dismissed, as %s',
    (_what, account, word) => {
      const out = through(live(account), leave);
      const after = [
        through(out, started, failed),
        through(out, started, failed, { type: 'problemDismissed' }),
        through(out, started, leave),
      ];
      for (const session of after) {
        expect(session).toMatchObject({ status: 'signedOut', endReason: { reason: 'by_user' } });
        expect((session as { metricsAllowed?: true }).metricsAllowed).toBe(word);
      }
    },
  );

  it('applies until another account signs in', () => {
    const done: SessionEvent = { type: 'signInCompleted', attemptId: 'a1', account: willing, grant, at: 9 };
    const out = through(live({ subject: 'ada' }), leave);
    expect(through(out, started, done, leave)).toMatchObject({ metricsAllowed: true });
    const refusing: SessionEvent = { ...done, account: { subject: 'lin' } };
    const left = through(live(willing), leave);
    expect(through(left, started, refusing, leave)).not.toHaveProperty('metricsAllowed');
  });

  it('doesn’t block metrics before the first sign-in', () => {
    expect(through({ status: 'signedOut' }, started, leave)).toMatchObject({ metricsAllowed: true });
  });
});
