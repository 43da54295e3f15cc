// Faults of events: sent twice, out of order, held, signed with a wrong key.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKeys } from '../keys.ts';
import { type RunningMockServer, startMockServer } from '../listen.ts';
import { TEST_CLIENT } from '../testing/drive.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';

const keys = createKeys(Date.now);
const EVENTS = ['urn:x:1', 'urn:x:2', 'urn:x:3'];
let receiver: Receiver;
let mock: RunningMockServer;

beforeEach(async () => {
  receiver = await startReceiver();
  mock = await startMockServer({
    era: 'today',
    keys,
    webhooks: { [TEST_CLIENT]: receiver.url },
    eventTiming: { firstRetry: 10, gather: 50 },
  });
});
afterEach(async () => {
  await mock.stop();
  await receiver.stop();
});

const send = (event: string) => mock.events.send(TEST_CLIENT, 'ab'.repeat(16), event);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('sends every event twice, with different tokens', async () => {
  mock.faults.change({ eventsTwice: true });
  receiver.answer(200, 500, 200);
  expect(await send('urn:x:1')).toMatchObject({ attempts: 3, acked: true });
  expect(new Set(receiver.received.map(({ claims }) => claims.jti)).size).toBe(3);
});

it('sends simultaneous events in reverse order', async () => {
  mock.faults.change({ eventsOutOfOrder: true });
  await Promise.all(EVENTS.map(send));
  expect(receiver.events()).toEqual(EVENTS.toReversed());
});

it('holds events and attempts until the fault is cleared, and loses none', async () => {
  receiver.answer((response) => {
    mock.faults.change({ eventsHeld: true });
    response.writeHead(500).end();
  });
  const before = send('urn:x:0');
  await expect.poll(() => receiver.received.length).toBe(1);
  const deliveries = EVENTS.map(send);
  await pause(100);
  expect(receiver.events()).toEqual(['urn:x:0']);
  mock.faults.clear();
  await Promise.all([before, ...deliveries]);
  expect(receiver.events().toSorted()).toEqual(['urn:x:0', 'urn:x:0', ...EVENTS]);
});

it('releases held events in reverse order', async () => {
  mock.faults.change({ eventsHeld: true, eventsOutOfOrder: true });
  const deliveries = EVENTS.map(send);
  await pause(100);
  expect(receiver.received).toEqual([]);
  mock.faults.change({ eventsHeld: false });
  await Promise.all(deliveries);
  expect(receiver.events()).toEqual(EVENTS.toReversed());
});

it('drops held events when it stops', async () => {
  mock.faults.change({ eventsHeld: true });
  const delivery = send('urn:x:1');
  mock.events.stop();
  expect(await delivery).toMatchObject({ attempts: 0, acked: false, over: true });
});

it('signs with a wrong key until the fault is cleared', async () => {
  mock.faults.change({ eventsWrongKey: true });
  receiver.answer((response) => {
    mock.faults.change({ eventsWrongKey: false });
    response.writeHead(401).end();
  });
  await send('urn:x:1');
  const { publicKey } = await keys.active();
  const valid = await Promise.all(
    receiver.received.map(async ({ headers }) => {
      const [head, body, signature] = (headers.authorization ?? '').replace('Bearer ', '').split('.');
      const data = new TextEncoder().encode(`${head}.${body}`);
      return crypto.subtle.verify(
        'RSASSA-PKCS1-v1_5',
        publicKey,
        Buffer.from(signature ?? '', 'base64url'),
        data,
      );
    }),
  );
  expect(valid).toEqual([false, true]);
});
