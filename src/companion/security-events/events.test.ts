import { describe, expect, it } from 'vitest';
import { readEvents } from './events.ts';
import { Refusal } from './refusal.ts';
import { EVENT, NOW } from './testing/tokens.ts';

const read = (name: string, payload: unknown) => readEvents({ [`${EVENT}${name}`]: payload }, NOW);
const openid = (name: string, payload: unknown) =>
  readEvents({ [`https://schemas.openid.net/secevent/${name}`]: payload }, NOW);
const one = (event: unknown) => ({ events: [event], unknownEvents: 0 });
const NONE = { events: [], unknownEvents: 1 };

describe('readEvents', () => {
  it.each([
    ['profile-change', 'profile_change'],
    ['delete-user', 'delete_user'],
    ['metrics-opt-out', 'metrics_opt_out'],
    ['metrics-opt-in', 'metrics_opt_in'],
  ])('reads %s, and nothing of its payload', (name, kind) => {
    expect(read(name, {})).toEqual(one({ kind }));
    expect(read(name, { uid: 'x', email: 'ada@example.com', metricsEnabled: true })).toEqual(one({ kind }));
  });

  it.each([
    ['milliseconds', NOW - 5000, NOW - 5000],
    ['seconds', NOW / 1000 - 5, NOW - 5000],
    ['milliseconds with a fraction', NOW - 5000 + 0.5, NOW - 5000],
    ['the last second', 1e11 - 1, undefined],
    ['a little in the future', NOW + 60_000, NOW + 60_000],
  ])('takes a changeTime in %s', (_what, changeTime, changedAt) => {
    if (changedAt === undefined) {
      expect(() => read('password-change', { changeTime })).toThrow(new Refusal('future'));
      return;
    }
    expect(read('password-change', { changeTime })).toEqual(one({ kind: 'password_change', changedAt }));
  });

  it('reads a subscription', () => {
    const payload = { capabilities: ['pro', 'größer'], isActive: false, changeTime: NOW - 1 };
    expect(read('subscription-state-change', payload)).toEqual(
      one({
        kind: 'subscription_state_change',
        capabilities: ['pro', 'größer'],
        isActive: false,
        changedAt: NOW - 1,
      }),
    );
  });

  it('reads every known event, and counts the unknown ones', () => {
    const events = {
      [`${EVENT}unheard-of`]: {},
      [`${EVENT}delete-user`]: {},
      ['https://example.com/delete-user']: {},
      [`${EVENT}metrics-opt-out`]: {},
    };
    expect(readEvents(events, NOW)).toEqual({
      events: [{ kind: 'delete_user' }, { kind: 'metrics_opt_out' }],
      unknownEvents: 2,
    });
  });

  it('understands two events by their OpenID names', () => {
    expect(openid('risc/event-type/account-purged', {})).toEqual(one({ kind: 'delete_user' }));
    const changed = { credential_type: 'password', change_type: 'update', event_timestamp: NOW / 1000 - 5 };
    expect(openid('caep/event-type/credential-change', changed)).toEqual(
      one({ kind: 'password_change', changedAt: NOW - 5000 }),
    );
    expect(openid('caep/event-type/credential-change', { ...changed, credential_type: 'pin' })).toEqual(NONE);
    expect(openid('caep/event-type/session-revoked', changed)).toEqual(NONE);
  });

  it('treats names of Object.prototype as unknown events', () => {
    expect(readEvents(JSON.parse('{"__proto__": {}, "constructor": {}}'), NOW)).toEqual({
      events: [],
      unknownEvents: 2,
    });
  });
});
