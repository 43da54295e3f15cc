// The webhook over real HTTP: the broker's literal request, keys that come and go, the same SET many times at once.
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { Hono } from 'hono';
import { afterEach, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import { createEndpoints } from '../endpoints.ts';
import { createCounters } from '../operations/counters.ts';
import { createLog } from '../operations/log.ts';
import { type RunningServer, startServer } from '../server.ts';
import { createKeySet } from '../security-events/key-set.ts';
import { CLIENTS, ISSUER, NOW, claims, set, signer } from '../security-events/testing/tokens.ts';
import { createSetVerifier } from '../security-events/verify-set.ts';
import type { Delivery } from '../store.ts';
import { WEBHOOK_PATH, webhooks } from './webhooks.ts';

const [first, second, stranger] = [signer('first'), signer('second'), signer('stranger')];

const servers: RunningServer[] = [];
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
  const findKey = createKeySet({
    endpoints: createEndpoints({ first: mockServerEndpoints(ISSUER), http: { fetch }, now }),
    http: { fetch },
    now,
  });
  const handler = webhooks({
    verify: createSetVerifier({ issuer: ISSUER, clients: CLIENTS, findKey, now }),
    deliver: (delivery) => {
      applied.push(delivery);
      return Promise.resolve();
    },
    limit: (_address, work) => work(),
    counters: createCounters(),
    log: createLog({ format: 'mozlog', level: 'error' }),
    now,
    secret: Buffer.alloc(32),
  });
  const app = new Hono().get('/else', (c) => c.text('from the app'));
  const server = await startServer({ app, webhooks: handler, host: '127.0.0.1', port: 0 });
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

it("answers the broker's exact request, and a second on the same connection", async () => {
  const w = await harness();
  const [one, two] = [set(first), set(first, claims({ jti: 'another' }))];
  const received = await sendRaw(w.port, brokerRequest(one, 'keep-alive') + brokerRequest(two));
  expect(received.match(/HTTP\/1\.1 200 OK\r\n/g)).toHaveLength(2);
  expect(received).not.toMatch(/^location:/im);
  expect(w.applied).toHaveLength(2);
  expect(w.applied[0]?.mark).not.toEqual(w.applied[1]?.mark);
});

it('answers the broker without headers for browsers', async () => {
  const w = await harness();
  const { headers } = await w.send(set(first));
  expect(Object.keys(headers).sort()).toEqual([
    'connection',
    'content-length',
    'content-type',
    'date',
    'keep-alive',
  ]);
});

it('leaves other paths to the app', async () => {
  const w = await harness();
  expect(await ask(w.port, { path: '/else', method: 'GET' })).toMatchObject({ body: 'from the app' });
  expect(await ask(w.port, { path: '/webhooks/other' })).toMatchObject({ status: 404 });
});

it('accepts an Authorization of 8 KB and refuses one a byte longer', async () => {
  const w = await harness();
  const sent = (length: number) => ask(w.port, { headers: { authorization: 'x'.repeat(length) } });
  expect((await sent(8192)).status).toBe(401);
  const { status, body } = await sent(8193);
  expect([status, JSON.parse(body)]).toMatchObject([431, { error: 'header_too_long' }]);
});

it.each([
  ['with its length', (length: number) => `Content-Length: ${length}\r\n\r\n${'x'.repeat(length)}`],
  [
    'chunked',
    (length: number) =>
      `Transfer-Encoding: chunked\r\n\r\n${length.toString(16)}\r\n${'x'.repeat(length)}\r\n0\r\n\r\n`,
  ],
])('ignores a body of 16 KB and refuses one a byte longer, %s', async (_, bodyOf) => {
  const w = await harness();
  const head = `POST ${WEBHOOK_PATH} HTTP/1.1\r\nAuthorization: Bearer ${set(first)}\r\nHost: x\r\nConnection: close\r\n`;
  expect(await sendRaw(w.port, head + bodyOf(16_384))).toMatch(/^HTTP\/1.1 200 /);
  expect(await sendRaw(w.port, head + bodyOf(16_385))).toMatch(/^HTTP\/1.1 413 [^]*body_too_large/);
  expect(w.applied).toHaveLength(1);
});

it('closes the connection of an endless body', async () => {
  const w = await harness();
  const socket = connect(w.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  socket.write(`POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const flow = setInterval(() => socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`), 5);
  await once(socket, 'close');
  clearInterval(flow);
  expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413']);
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
