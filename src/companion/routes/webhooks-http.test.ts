// The webhook over real HTTP: the broker's literal request, keys that come and go, the same SET many times at once.
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningCompanion, startServer } from '../server.ts';
import { createKeySet } from '../security-events/key-set.ts';
import { CLIENTS, ISSUER, NOW, claims, set, signer } from '../security-events/testing/tokens.ts';
import { createSetVerifier } from '../security-events/verify-set.ts';
import type { Delivery } from '../store.ts';
import { WEBHOOK_PATH, webhooks, webhookShortcut, type WebhookOptions } from './webhooks.ts';

const [first, second, stranger] = [signer('first'), signer('second'), signer('stranger')];

const servers: RunningCompanion[] = [];
let hasShortcut = false;
let shortened = 0;
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

/** A fake key server, a webhook that uses it, and a clock for both. */
async function harness() {
  const harness = { now: NOW, keys: [first.jwk], down: false, fetches: 0 };
  const applied: Delivery[] = [];
  const fetch = () => {
    harness.fetches += 1;
    if (harness.down) return Promise.reject(new TypeError('fetch failed'));
    return Promise.resolve(Response.json({ keys: harness.keys }));
  };
  const now = () => harness.now;
  const keys = createKeySet({ url: `${ISSUER}/v1/jwks`, http: { fetch }, now });
  const options: WebhookOptions = {
    verify: createSetVerifier({ issuer: ISSUER, clients: CLIENTS, keys, now }),
    apply: (delivery) => {
      applied.push(delivery);
      return Promise.resolve();
    },
    count: () => undefined,
    now,
    secret: Buffer.alloc(32),
  };
  const shortcut = webhookShortcut(options, {
    isOpen: () => hasShortcut,
    answered: () => (shortened += 1),
  });
  const server = await startServer({ app: webhooks(options), host: '127.0.0.1', port: 0, shortcut });
  servers.push(server);
  const port = Number(new URL(server.origin).port);
  const send = (token: string, headers: OutgoingHttpHeaders = {}) =>
    ask(port, { headers: { authorization: `Bearer ${token}`, ...headers } });
  return Object.assign(harness, { applied, port, send });
}

function ask(port: number, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = { host: '127.0.0.1', port, path: WEBHOOK_PATH, method: 'POST', ...options };
    const asked = request(target, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, body, headers: answer.headers }));
    });
    asked.on('error', reject).end();
  });
}

/** What axios sends for FxA's broker: a form content type and no body. */
const brokerRequest = (token: string, connection = 'close') =>
  [
    `POST ${WEBHOOK_PATH} HTTP/1.1`,
    'Accept: application/json, text/plain, */*',
    'Content-Type: application/x-www-form-urlencoded',
    `Authorization: Bearer ${token}`,
    'User-Agent: axios/1.21.0',
    'Content-Length: 0',
    'Accept-Encoding: gzip, compress, deflate, br',
    'Host: 127.0.0.1',
    `Connection: ${connection}`,
    '\r\n',
  ].join('\r\n');

function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
    socket.on('error', reject).on('end', () => resolve(received));
  });
}

describe.each([
  ['through the app', false],
  ['by the shortcut', true],
])('the webhook, %s', (_name, short) => {
  beforeEach(() => {
    hasShortcut = short;
    shortened = 0;
  });

  it("answers the broker's exact request, and a second on the same connection", async () => {
    const w = await harness();
    const [one, two] = [set(first), set(first, claims({ jti: 'another' }))];
    const received = await sendRaw(w.port, brokerRequest(one, 'keep-alive') + brokerRequest(two));
    expect(received.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(2);
    expect(received).not.toMatch(/^location:/im);
    expect(w.applied).toHaveLength(2);
    expect(shortened).toBe(short ? 2 : 0);
    expect(w.applied[0]?.mark).not.toEqual(w.applied[1]?.mark);
  });

  it('leaves requests with a body or a long header to the app', async () => {
    const w = await harness();
    for (const headers of [
      { 'content-length': '5' },
      { 'transfer-encoding': 'chunked' },
      { authorization: `Bearer ${'a'.repeat(9000)}` },
    ]) {
      await w.send(set(first), headers);
    }
    expect(shortened).toBe(0);
  });

  it.each([{}, { 'content-type': 'application/json' }, { 'content-length': '0' }])(
    'requires neither content type nor length: %j',
    async (headers) => {
      const w = await harness();
      expect(await w.send(set(first), headers)).toMatchObject({ status: 200, body: 'OK' });
    },
  );

  it('accepts the same SET fifty times at once, and fetches the keys once', async () => {
    const w = await harness();
    const token = set(first);
    const answers = await Promise.all(Array.from({ length: 50 }, () => w.send(token)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(new Set(w.applied.map(({ mark }) => mark.toString('hex'))).size).toBe(1);
    expect(w.fetches).toBe(1);
  });

  it('refuses an invalid SET and applies nothing', async () => {
    const w = await harness();
    const answer = await w.send(set(stranger, claims(), { kid: first.kid }));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_token' });
    expect((await ask(w.port, {})).status).toBe(401);
    expect(w.applied).toEqual([]);
  });

  it('follows a key rotation', async () => {
    const w = await harness();
    expect((await w.send(set(first))).status).toBe(200);
    w.now += 40_000;
    w.keys = [second.jwk];
    expect((await w.send(set(second))).status).toBe(200);
    expect((await w.send(set(first))).status).toBe(200);
    w.now += 3_601_000;
    expect((await w.send(set(first))).status).toBe(401);
    expect((await w.send(set(second))).status).toBe(200);
  });

  it('answers 503 while there are no keys, and recovers', async () => {
    const w = await harness();
    w.down = true;
    const refused = await w.send(set(first));
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    w.down = false;
    w.now += 5_000;
    expect((await w.send(set(first))).status).toBe(200);
    w.down = true;
    expect((await w.send(set(first))).status).toBe(200);
    expect((await w.send(set(second))).status).toBe(503);
  });
});
