// Answers that never end, from a real server: what is read of them, what becomes of the connection, and what the caller
// is told.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginFlow } from '../companion/metrics/accounts-metrics.ts';
import { LARGEST_ANSWER } from './body.ts';
import { destroyAccessToken } from './destroy.ts';
import { discover } from './discovery.ts';
import { mockServerEndpoints } from './environments.ts';
import { introspect, verifyAccessToken } from './introspection.ts';
import { fetchProfile } from './profile.ts';
import { setDisplayName } from './profile-write.ts';
import { ACCESS_TOKEN, CLIENT_ID, REFRESH_TOKEN, failure } from './testing/deployment.ts';
import { exchangeCode, refreshAccessToken } from './tokens.ts';

const MEGABYTE = 1024 * 1024;
const HUGE = 400 * MEGABYTE;

let server: Server;
let origin: string;
let answer: (response: ServerResponse) => void;
let written: number;
let closed: number;
beforeEach(async () => {
  written = closed = 0;
  answer = (response) => endless(response, '{"x":"', HUGE);
  server = createServer((request, response) => {
    response.once('close', () => (closed += 1));
    request.resume().once('end', () => answer(response));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** As much as the other end takes, up to `most` bytes; its connection stays open. */
function endless(response: ServerResponse, begins: string, most: number, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.write(begins);
  const chunk = Buffer.alloc(MEGABYTE / 4, 'x');
  const more = () => {
    while (written < most && !response.destroyed) {
      written += chunk.byteLength;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
  };
  more();
}

const http = { fetch, timeout: 60_000 };
const deployment = () => ({
  name: 'custom' as const,
  endpoints: mockServerEndpoints(origin),
  clientId: CLIENT_ID,
});
const code = {
  code: 'ab'.repeat(32),
  codeVerifier: 'v'.repeat(43),
  redirectUri: 'https://client.example/cb',
};
const CALLS: readonly (readonly [name: string, call: () => Promise<unknown>])[] = [
  ['exchange', () => exchangeCode(deployment(), code, http)],
  [
    'refresh',
    () => refreshAccessToken(deployment(), { refreshToken: REFRESH_TOKEN, scope: 'profile' }, http),
  ],
  ['destroy', () => destroyAccessToken(deployment(), ACCESS_TOKEN, http)],
  ['profile', () => fetchProfile(deployment(), ACCESS_TOKEN, http)],
  ['profile-write', () => setDisplayName(deployment(), ACCESS_TOKEN, 'Ada', http)],
  ['introspect', () => introspect(mockServerEndpoints(origin), ACCESS_TOKEN, { now: 0 }, http)],
  ['verify', () => verifyAccessToken(mockServerEndpoints(origin), ACCESS_TOKEN, http)],
  ['discovery', () => discover(origin, http)],
  [
    'flow',
    () => {
      const endpoints = { current: () => mockServerEndpoints(origin) };
      return beginFlow({ endpoints, http, now: () => 0 }, { clientId: CLIENT_ID }, new Map());
    },
  ],
];

describe('a response of 400 MB', () => {
  it.each(CALLS)('is cut off with an error and a closed connection: %s', async (_name, call) => {
    expect((await failure(call())).code).toBe('bad_response');
    await expect.poll(() => closed).toBe(1);
    // Bytes still in socket buffers are not read.
    expect(written).toBeLessThan(32 * MEGABYTE);
  });

  it('with an error status is reported by its status', async () => {
    answer = (response) => endless(response, '{"x":"', HUGE, 503);
    expect(await failure(fetchProfile(deployment(), ACCESS_TOKEN, http))).toMatchObject({
      code: 'server_unavailable',
      status: 503,
    });
    await expect.poll(() => closed).toBe(1);
  });

  it('is cut off by its decompressed size', async () => {
    const bomb = gzipSync(Buffer.alloc(HUGE / 4, ' '));
    answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    expect((await failure(fetchProfile(deployment(), ACCESS_TOKEN, http))).code).toBe('bad_response');
  });
});

it('accepts a response at the size limit, and rejects one a byte longer', async () => {
  const profile = { uid: 'ad'.repeat(16), email: 'zoë@example.com', x: '' };
  const filled = (length: number) => {
    const missing = length - Buffer.byteLength(JSON.stringify(profile));
    return JSON.stringify({ ...profile, x: 'x'.repeat(missing) });
  };
  answer = (response) => response.end(filled(LARGEST_ANSWER));
  expect(await fetchProfile(deployment(), ACCESS_TOKEN, http)).toMatchObject({ email: 'zoë@example.com' });
  answer = (response) => response.end(filled(LARGEST_ANSWER + 1));
  expect(await failure(fetchProfile(deployment(), ACCESS_TOKEN, http))).toMatchObject({ reason: 'not_json' });
});
