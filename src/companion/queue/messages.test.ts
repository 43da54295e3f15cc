import { describe, expect, it } from 'vitest';
import { Refusal } from '../security-events/refusal.ts';
import { readMessage } from './messages.ts';

const NOW = 1_800_000_000_000;
const UID = '993d26bac72b471991b197b3d298a5de';
const TS = 1_799_999_990;
/** As FxA's services send them; other members are ignored. */
const base = { iss: 'api.accounts.firefox.com', uid: UID, ts: TS, metricsContext: { utm_source: 'x' } };
const SUBSCRIPTION = {
  ...base,
  event: 'subscription:update',
  eventCreatedAt: TS - 5,
  isActive: true,
  productCapabilities: ['vpn', 'relay'],
  productId: 'prod_1',
};

const bare = (message: unknown) => JSON.stringify(message);
const envelope = (message: unknown) =>
  JSON.stringify({
    Type: 'Notification',
    MessageId: '0b7a7b0c-2d6a-5c6d-9d7c-2c1d5f1b2a3e',
    TopicArn: 'arn:aws:sns:eu-west-1:123456789012:events',
    Message: JSON.stringify(message),
    Timestamp: '2026-11-21T15:47:00.000Z',
  });

/** The event, or the reason for refusing it. */
function read(body: unknown) {
  try {
    return readMessage(body, NOW)?.event;
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}

describe.each([
  ['bare', bare],
  ['in an SNS envelope', envelope],
])('a message %s', (_, wrap) => {
  it.each([
    ['delete', {}, { kind: 'delete_user' }],
    ['passwordChange', { generation: 1 }, { kind: 'password_change', changedAt: TS * 1000 }],
    ['reset', { timestamp: TS * 1000 + 321 }, { kind: 'password_change', changedAt: TS * 1000 + 321 }],
    [
      'passwordChange',
      { ts: undefined, timestamp: TS * 1000 },
      { kind: 'password_change', changedAt: TS * 1000 },
    ],
    ['passwordChange', { timestamp: null }, { kind: 'password_change', changedAt: TS * 1000 }],
    ['profileDataChange', {}, { kind: 'profile_change' }],
    ['primaryEmailChanged', { email: 'ada@example.com' }, { kind: 'profile_change' }],
  ])('about %s is read', (event, more, expected) => {
    expect(readMessage(wrap({ ...base, event, ...more }), NOW)).toEqual({ uid: UID, event: expected });
  });

  it('about a subscription is read, its instant in seconds', () => {
    expect(readMessage(wrap(SUBSCRIPTION), NOW)).toEqual({
      uid: UID,
      event: {
        kind: 'subscription_state_change',
        capabilities: ['vpn', 'relay'],
        isActive: true,
        changedAt: (TS - 5) * 1000,
      },
    });
  });

  it.each(['login', 'verified', 'device:create', 'profileDataChanged', 'constructor', ''])(
    'about %j does not concern us, whatever else it has',
    (event) => {
      expect(read(wrap({ event }))).toBeUndefined();
    },
  );

  it.each([
    ['no uid', 'subject', { uid: undefined }],
    ['an address as uid', 'subject', { uid: 'ada@example.com' }],
    ['no instant', 'events', { ts: undefined }],
    ['an instant in words', 'events', { ts: 'yesterday' }],
    ['an instant in words beside one', 'events', { timestamp: 'yesterday' }],
    ['an instant of zero', 'events', { ts: 0 }],
    ['an instant more than a minute ahead', 'future', { ts: NOW / 1000 + 61 }],
  ])('about a password with %s is refused', (_title, reason, more) => {
    expect(read(wrap({ ...base, event: 'passwordChange', ...more }))).toBe(reason);
  });

  it.each([
    ['no instant', 'events', { eventCreatedAt: undefined }],
    ['an instant more than a minute ahead', 'future', { eventCreatedAt: NOW / 1000 + 61 }],
    ['no state', 'events', { isActive: undefined }],
    ['capabilities in one text', 'events', { productCapabilities: 'vpn' }],
    ['a capability of control characters', 'events', { productCapabilities: ['\0'] }],
  ])('about a subscription with %s is refused', (_title, reason, more) => {
    expect(read(wrap({ ...SUBSCRIPTION, ...more }))).toBe(reason);
  });

  it.each(['delete', 'profileDataChange'])('about %s needs no instant', (event) => {
    expect(readMessage(wrap({ event, uid: UID }), NOW)?.uid).toBe(UID);
  });

  it('keeps nothing of an address', () => {
    const message = { ...base, event: 'primaryEmailChanged', email: 'ada@example.com' };
    expect(JSON.stringify(readMessage(wrap(message), NOW))).not.toContain('ada');
  });
});

it.each([
  [undefined],
  [''],
  ['delete'],
  ['null'],
  ['[]'],
  ['{}'],
  [bare({ event: 1 })],
  [bare({ Message: { event: 'delete', uid: UID } })],
  [bare({ Message: 'not JSON' })],
  [envelope(JSON.parse(envelope({ ...base, event: 'delete' })))],
])('a message that is no event is refused: %s', (body) => {
  expect(read(body)).toBe('malformed');
});
