// Which clients receive which events, when and how often: a mock server and a webhook over HTTP.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MockServerOptions } from '../app.ts';
import { createKeys } from '../keys.ts';
import { type RunningMockServer, startMockServer } from '../listen.ts';
import type { Account } from '../store/types.ts';
import { drive, TEST_CLIENT } from '../testing/drive.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';

const SECOND = 'a1b2c3d4e5f60002';
const TIMING = { firstRetry: 20, longestRetry: 40, gather: 50 };
const keys = createKeys(Date.now);
const clock = { now: 1_795_240_445_123 };
let receiver: Receiver;
let mock: RunningMockServer;
let ada: Account;

async function start(options: Partial<MockServerOptions> = {}): Promise<void> {
  mock = await startMockServer({
    era: 'today',
    keys,
    now: () => clock.now,
    webhooks: { [TEST_CLIENT]: receiver.url },
    eventTiming: TIMING,
    ...options,
  });
  const found = mock.store.accounts.byEmail('ada@example.com');
  if (found === undefined) throw new Error('no account');
  ada = found;
  await drive(mock).tokens();
}

beforeEach(async () => {
  clock.now = 1_795_240_445_123;
  receiver = await startReceiver();
  await start();
});
afterEach(async () => {
  await mock.stop();
  await receiver.stop();
});

const URI = 'https://schemas.accounts.firefox.com/event/';
const sent = () => receiver.received.map(({ claims }) => claims.events as Record<string, object>);

describe('what happens to an account', () => {
  it('is sent to the clients it has signed in to, in today’s format', async () => {
    const { store, events } = mock;
    store.changePassword(ada, 'another horse');
    await events.idle();
    store.profileChanged(ada);
    await events.idle();
    store.setSubscription(ada, TEST_CLIENT, ['pro'], true);
    await events.idle();
    store.setMetricsEnabled(ada, true);
    store.setMetricsEnabled(ada, false);
    await events.idle();
    store.setMetricsEnabled(ada, true);
    await events.idle();
    store.resetPassword(ada, 'third horse');
    await events.idle();
    store.deleteAccount(ada.uid);
    await events.idle();
    const change = { changeTime: clock.now };
    expect(sent()).toEqual([
      { [`${URI}password-change`]: change },
      {
        [`${URI}profile-change`]: {
          uid: ada.uid,
          email: 'ada@example.com',
          locale: 'en-US',
          metricsEnabled: true,
          totpEnabled: false,
          accountDisabled: false,
          accountLocked: false,
        },
      },
      {
        [`${URI}subscription-state-change`]: {
          capabilities: ['pro'],
          isActive: true,
          changeTime: 1_795_240_445_000,
        },
      },
      { [`${URI}metrics-opt-out`]: {} },
      { [`${URI}metrics-opt-in`]: {} },
      { [`${URI}password-change`]: change },
      { [`${URI}delete-user`]: { reason: 'user' } },
    ]);
    expect(new Set(receiver.received.map(({ claims }) => claims.aud))).toEqual(new Set([TEST_CLIENT]));
    expect(receiver.received[0]?.claims).toMatchObject({ iss: mock.origin, sub: ada.uid });
  });

  it('is sent to a client whose tokens are gone, also after deletion, but not for other accounts', async () => {
    const { store, events } = mock;
    store.disconnect(ada.uid, TEST_CLIENT);
    store.profileChanged(ada);
    const lin = store.accounts.byEmail('lin@example.com');
    if (lin !== undefined) store.profileChanged(lin);
    store.deleteAccount(ada.uid);
    store.profileChanged(ada);
    await events.idle();
    expect(receiver.events().toSorted()).toEqual(['delete-user', 'profile-change', 'profile-change']);
  });

  it('is sent for every account to a resource server, and for a subscription to the client that sells it', async () => {
    const { store, events } = mock;
    const second = store.clients.get(SECOND);
    if (second !== undefined) store.clients.set(SECOND, { ...second, resourceServer: true });
    events.register(SECOND, receiver.url);
    const lin = store.accounts.byEmail('lin@example.com');
    if (lin !== undefined) store.profileChanged(lin);
    store.setSubscription(ada, TEST_CLIENT, ['pro'], false);
    await events.idle();
    expect(receiver.received.map(({ claims }) => claims.aud).toSorted()).toEqual(
      [TEST_CLIENT, SECOND].toSorted(),
    );
  });

  it('sends no metrics event and an empty profile-change in 2019', async () => {
    await mock.stop();
    await start({ era: '2019' });
    mock.store.setMetricsEnabled(ada, false);
    mock.store.profileChanged(ada);
    await mock.events.idle();
    expect(sent()).toEqual([{ [`${URI}profile-change`]: {} }]);
  });

  it('is not sent without a webhook', () => {
    mock.events.register(TEST_CLIENT, undefined);
    mock.store.profileChanged(ada);
    expect(mock.events.deliveries()).toEqual([]);
    expect(() => mock.events.register(TEST_CLIENT, 'ftp://x')).toThrow(TypeError);
  });
});

describe('a delivery', () => {
  it.each([200, 201, 202, 204])('is acknowledged by %i', async (status) => {
    receiver.answer(status);
    expect(await mock.events.send(TEST_CLIENT, ada.uid, 'delete-user')).toMatchObject({
      attempts: 1,
      acked: true,
      status,
    });
  });

  it.each([203, 205, 304, 400, 401, 404, 415, 429, 500, 503])(
    'is made again after %i, as a new token',
    async (status) => {
      receiver.answer(status, status);
      const delivery = await mock.events.send(TEST_CLIENT, ada.uid, 'urn:x:unknown', {
        payload: { a: 1 },
      });
      expect(delivery).toMatchObject({ event: 'urn:x:unknown', attempts: 3, acked: true, over: true });
      expect(new Set(receiver.received.map(({ claims }) => claims.jti)).size).toBe(3);
      expect(sent()[2]).toEqual({ 'urn:x:unknown': { a: 1 } });
    },
  );

  it('is retried without a response, with increasing pauses', async () => {
    await mock.stop();
    await start({ eventTiming: { ...TIMING, answerWithin: 300 } });
    receiver.answer(() => undefined, 500, 500, 500);
    // The limit counts from the sending, and the request may take its time to arrive.
    const began = performance.now();
    await mock.events.send(TEST_CLIENT, ada.uid, 'delete-user');
    const at = [began, ...receiver.received.slice(1).map((request) => request.at)];
    const waits = at.slice(1).map((instant, index) => instant - (at[index] ?? 0));
    expect(waits).toHaveLength(4);
    for (const [index, least] of [300, 40, 40, 40].entries())
      expect(waits[index]).toBeGreaterThanOrEqual(least - 3);
  });

  it('has the time of the attempt', async () => {
    receiver.answer((response) => {
      clock.now += 5000;
      response.writeHead(503).end();
    });
    await mock.events.send(TEST_CLIENT, ada.uid, 'delete-user');
    expect(receiver.received.map(({ claims }) => claims.iat)).toEqual([1_795_240_445.123, 1_795_240_450.123]);
  });

  it('is given up after seven days', async () => {
    receiver.answer((response) => {
      clock.now += 7 * 86_400_000 + 1;
      response.writeHead(503).end();
    });
    const delivery = await mock.events.send(TEST_CLIENT, ada.uid, 'delete-user');
    expect(delivery).toMatchObject({ attempts: 1, status: 503, acked: false, over: true });
  });

  it('is dropped when the mock server stops or the webhook is removed', async () => {
    receiver.answer(...Array.from({ length: 99 }, () => 500));
    const first = mock.events.send(TEST_CLIENT, ada.uid, 'delete-user');
    await expect.poll(() => receiver.received.length).toBeGreaterThan(0);
    mock.events.register(TEST_CLIENT, undefined);
    expect(await first).toMatchObject({ acked: false, over: true });
    mock.events.register(TEST_CLIENT, receiver.url);
    const second = mock.events.send(TEST_CLIENT, ada.uid, 'delete-user');
    mock.events.stop();
    expect(await second).toMatchObject({ acked: false, over: true });
    await mock.events.idle();
  });
});
