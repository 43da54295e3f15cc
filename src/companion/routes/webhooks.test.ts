import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { accountKey } from '../clients.ts';
import { send } from '../http/testing.ts';
import { KeysUnavailable } from '../security-events/key-set.ts';
import { REFUSAL_REASONS, Refusal } from '../security-events/refusal.ts';
import { FIREFOX, JTI, NOW, SUB } from '../security-events/testing/tokens.ts';
import type { AccountEvent, VerifiedSet } from '../security-events/types.ts';
import type { VerifySet } from '../security-events/verify-set.ts';
import type { Delivery } from '../store.ts';
import { webhooks } from './webhooks.ts';

const SECRET = Buffer.alloc(32, 7);
const EVENTS: readonly AccountEvent[] = [
  { kind: 'password_change', changedAt: NOW - 5000 },
  { kind: 'profile_change' },
];
const SET: VerifiedSet = {
  client: FIREFOX,
  subject: SUB,
  jti: JTI,
  issuedAt: NOW,
  events: EVENTS,
  unknownEvents: 1,
};

/** The route with a scripted verifier and a store that records deliveries. */
function harness({
  verify = () => Promise.resolve(SET),
  store = () => Promise.resolve(),
}: Partial<Seams> = {}) {
  const applied: Delivery[] = [];
  const outcomes: string[] = [];
  const answered: string[] = [];
  const logged: string[] = [];
  const handler = webhooks({
    verify,
    deliver: (delivery) => {
      applied.push(delivery);
      return store();
    },
    limit: (_address, work) => work(),
    counters: {
      stored: () => undefined,
      webhook: (...outcome) => outcomes.push(outcome.join(' ')),
      request: (route, status) => answered.push(`${route} ${status}`),
    },
    log: {
      event: () => undefined,
      tally: () => undefined,
      failure: (type, error) => logged.push(`${type} ${(error as Error).message}`),
      writes: () => false,
    },
    now: () => NOW,
    secret: SECRET,
  });
  const bearer = (authorization?: string, method = 'POST') =>
    send(handler, { method, headers: authorization === undefined ? {} : { authorization } });
  return { handler, applied, outcomes, answered, logged, bearer };
}
interface Seams {
  verify: VerifySet;
  store: () => Promise<void>;
}
const refusing = (reason: (typeof REFUSAL_REASONS)[number]) => ({
  verify: () => Promise.reject(new Refusal(reason)),
});

describe('the webhook', () => {
  it('passes the store one delivery with all its events', async () => {
    const w = harness();
    const answer = await w.bearer('Bearer token');
    expect([answer.status, await answer.text()]).toEqual([200, 'OK']);
    const account = accountKey(SECRET, FIREFOX, SUB);
    const mark = createHash('sha256').update(`${FIREFOX.clientId}\0${JTI}`).digest();
    expect(w.applied).toEqual([{ account, clientId: FIREFOX.clientId, mark, events: EVENTS, at: NOW }]);
    expect(w.outcomes).toEqual([
      'accepted password_change',
      'accepted profile_change',
      'ignored unknown_event',
    ]);
  });

  it.each(['Bearer token', 'bearer token', 'BEARER token'])('reads %s', async (authorization) => {
    const seen: string[] = [];
    const w = harness({ verify: (token) => (seen.push(token), Promise.resolve(SET)) });
    await w.bearer(authorization);
    expect(seen).toEqual(['token']);
  });

  it.each([undefined, 'token', 'Basic token', 'Bearer', 'Bearertoken'])(
    'sees no token in %s',
    async (value) => {
      const seen: string[] = [];
      const w = harness({ verify: (token) => (seen.push(token), Promise.reject(new Refusal('malformed'))) });
      expect((await w.bearer(value)).status).toBe(401);
      expect(seen).toEqual(['']);
    },
  );

  it('writes nothing when all events are of unknown types', async () => {
    const w = harness({ verify: () => Promise.resolve({ ...SET, events: [], unknownEvents: 2 }) });
    expect((await w.bearer('Bearer token')).status).toBe(200);
    expect(w.applied).toEqual([]);
    expect(w.outcomes).toEqual(['ignored unknown_event', 'ignored unknown_event']);
  });

  it.each(REFUSAL_REASONS)('answers 401 to a token refused for its %s', async (reason) => {
    const w = harness(refusing(reason));
    const answer = await w.bearer('Bearer token');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", error_description="${reason}"`,
    );
    expect(await answer.json()).toEqual({
      error: 'invalid_token',
      message: `The token was refused: ${reason}`,
    });
    expect([w.applied, w.logged, w.outcomes]).toEqual([[], [], [`refused ${reason}`]]);
  });

  it('answers 503 when the keys are unavailable', async () => {
    const w = harness({ verify: () => Promise.reject(new KeysUnavailable('keys_unreachable', 17)) });
    const answer = await w.bearer('Bearer token');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '17']);
    expect(w.outcomes).toEqual(['unavailable keys_unreachable']);
    expect(w.applied).toEqual([]);
  });

  it('answers 503 when the store is down', async () => {
    const w = harness({ store: () => Promise.reject(new Error('no database')) });
    const answer = await w.bearer('Bearer token');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.text()).not.toContain('database');
    expect(w.outcomes).toEqual(['unavailable store']);
    expect(w.logged).toEqual(['webhook_failed no database']);
  });

  it('answers 500 to an unexpected error, and logs it', async () => {
    const w = harness({ verify: () => Promise.reject(new TypeError('a fault')) });
    const answer = await w.bearer('Bearer token');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ error: 'internal', message: 'Something went wrong here' });
    expect([w.logged, w.outcomes]).toEqual([['request_failed a fault'], []]);
    expect(w.answered).toEqual(['/webhooks/fxa 500']);
  });

  it.each(['/webhooks/fxa?x', 'http://example.com/webhooks/fxa'])('is found at %s', async (url) => {
    const w = harness();
    expect((await send(w.handler, { url, headers: { authorization: 'Bearer token' } })).status).toBe(200);
    expect(w.answered).toEqual(['/webhooks/fxa 200']);
  });

  it.each(['/webhooks/fxa/', '/webhooks/fxa2', '/', '/?/webhooks/fxa'])('is not at %s', (url) => {
    const { handler, answered } = harness();
    expect(handler({ url } as unknown as IncomingMessage, {} as unknown as ServerResponse)).toBe(false);
    expect(answered).toEqual([]);
  });
});

it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
  'answers 405 to %s on the webhook',
  async (method) => {
    const w = harness();
    const answer = await w.bearer('Bearer token', method);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(w.applied).toEqual([]);
  },
);
