// The companion under attack: what a deployment must withstand, and the tests for it (src is src/companion):
//
//   audience and scope of access tokens           src/bearer/check.test, test/companion/bearer.test
//   each kind of token at its own routes only     here; src/bearer/jwt.test, src/security-events/verify-set.test
//   no requests to URLs in tokens                 here; src/security-events/verify-set.test
//   no redirect                                   here
//   replay, freshness, clocks, wrong types        here; src/security-events/*.test, db/deliveries.test
// sizes, slow senders, flat memory, floods security-load.long.test; src/server.test, src/http/request-size.test,
// webhook-flood.test
//   limits by address                             src/http/rate-limit.test, limiter.test, address.test
//   CORS                                          here; src/http/cors.test
// sessions: hashed, bounded, ended by changes db/sessions.test, src/sessions/token.test, stored-sessions.test,
// several.long.test
//   secrets neither stored, answered nor logged   whole.test; src/operations/log.test, worker.test
//   JSON errors without stack traces              here; src/http/pipeline.test
//   deletion leaves a tombstone and nothing else  whole.test
//   operator-only pages                           src/operations/counters.test, src/status/status.test
//   heartbeats: Mozilla accounts hangs            here; src/operations/dockerflow.test
//   heartbeats: the database is away              kill/postgres.test
//   nothing acknowledged is lost                  kill/*.test
//   settings: all or none, and never quoted       src/config.test
import { Agent } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCompanion } from '../../src/companion/start.ts';
import { WEBHOOK_PATH } from '../../src/companion/routes/webhooks.ts';
import { COMPANION_PATHS } from '../../src/contract/companion.ts';
import { startMockServer, type RunningMockServer } from '../../src/mock-accounts/listen.ts';
import { drive } from '../../src/mock-accounts/testing/drive.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { accessToken, ask, createSession, deliver, startInProcess, uidOf, type Answer } from './harness.ts';

const { clientId, scope } = CLIENT;
const CHROMIUM = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop';
const FIREFOX = 'moz-extension://0b9e6c0e-6f6a-4d59-9f9d-0d1c8a6f2b11';

let mock: RunningMockServer;
let companion: Awaited<ReturnType<typeof startCompanion>>;
let agent: Agent;
beforeAll(async () => {
  agent = new Agent({ keepAlive: true, maxSockets: 50 });
  mock = await startMockServer({ era: 'today' });
  // Behind a trusted proxy each attack can use its own address, so that no rate limit hides a route's response.
  companion = await startInProcess(mock, {}, { trustedProxies: 1 });
});
afterAll(async () => {
  agent.destroy();
  await companion.stop();
  await mock.stop();
});

let callers = 0;
const from = () => ({
  'x-forwarded-for': `10.${(callers >> 16) & 255}.${(callers >> 8) & 255}.${(callers += 1) & 255}`,
});
const call = (path: string, method = 'GET', { headers = {}, ...more }: Parameters<typeof ask>[2] = {}) =>
  ask(companion.origin + path, method, { ...more, headers: { ...from(), ...headers } });
const sign = (header: object, claims: object) =>
  mock.events.sign({
    clientId,
    uid: uidOf(mock),
    event: 'profile-change',
    header: { ...header },
    claims: { ...claims },
  });

/** Refusals have the JSON shape of errors and reveal nothing else. */
function expectProblem({ status, body }: Answer): void {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(Object.keys(body).filter((name) => !['error', 'message', 'reason', 'at'].includes(name))).toEqual(
    [],
  );
  expect(body.error).toMatch(/^[a-z_]+$/);
  expect(body.message).not.toMatch(/\bat .*:\d+|node_modules/);
}

describe('when Mozilla accounts hangs', () => {
  beforeEach(() => {
    mock.faults.set([{ where: 'any', what: { kind: 'silence' } }]);
    return () => mock.faults.clear();
  });

  it('the heartbeat reports it in time and stays up', async () => {
    // The previous result is cached for ten seconds.
    const warned = { timeout: 120_000, interval: 500 };
    const beat = async () => {
      const { status, body, text } = await call('/__heartbeat__');
      expect(status).toBe(200);
      expect(text).not.toContain(mock.origin);
      return body;
    };
    await expect
      .poll(beat, warned)
      .toMatchObject({ status: 'warning', checks: { database: 'ok', accounts: 'warning' } });
  });
});

describe('each kind of token is accepted only by its own routes', () => {
  const day = new Date().toISOString().slice(0, 10);
  const events = [{ name: 'opened', day, count: 1 }];
  const ROUTES: Readonly<Record<string, (bearer: string) => Promise<Answer>>> = {
    webhook: (bearer) => call(WEBHOOK_PATH, 'POST', { bearer }),
    sessions: (bearer) => call(COMPANION_PATHS.sessions, 'POST', { bearer }),
    session: (bearer) => call(COMPANION_PATHS.session, 'GET', { bearer }),
    metrics: (bearer) => call(COMPANION_PATHS.metrics, 'POST', { bearer, body: { events } }),
    me: (bearer) => call('/v1/me', 'GET', { bearer }),
    end: (bearer) => call(COMPANION_PATHS.end, 'POST', { bearer, body: { refreshTokenIds: [] } }),
  };
  const granted = async (name: string) => String((await drive(mock).tokens({ scope }))[name]);
  const hour = Math.floor(Date.now() / 1000) + 3600;
  const access = { exp: hour, client_id: clientId, scope };
  const logout = { 'http://schemas.openid.net/event/backchannel-logout': {} };

  it.each<[string, () => Promise<string>, readonly string[]]>([
    ['an access token', () => accessToken(mock), ['sessions', 'me']],
    ['a refresh token', () => granted('refresh_token'), []],
    [
      'an ID token',
      async () =>
        String((await drive(mock).tokens({ scope: `openid ${scope}` })).id_token ?? expect.fail('none')),
      [],
    ],
    ['a SET', () => sign({}, {}), ['webhook']],
    // Mozilla accounts vouches for it by its signature.
    [
      'an access token in JWT form',
      () => sign({ typ: 'at+jwt' }, { ...access, events: undefined }),
      ['sessions', 'me'],
    ],
    [
      'an access token in JWT form, forged',
      async () =>
        (await sign({ typ: 'at+jwt' }, { ...access, events: undefined })).replace(/[^.]+$/, 'A'.repeat(342)),
      [],
    ],
    ['the same with events', () => sign({ typ: 'at+jwt' }, access), []],
    ['the same with events and no type', () => sign({}, { ...access, events: { x: {} } }), ['webhook']],
    ['a logout token', () => sign({ typ: 'logout+jwt' }, { events: logout }), []],
    ['a companion session', () => createSession(mock, companion.origin), ['session', 'metrics', 'end']],
    ['garbage', () => Promise.resolve('garbage'), []],
  ])('%s', async (_kind, make, opens) => {
    const bearer = await make();
    for (const [route, open] of Object.entries(ROUTES)) {
      const answer = await open(bearer);
      if (opens.includes(route)) expect([route, Math.floor(answer.status / 100)]).toEqual([route, 2]);
      else {
        expectProblem(answer);
        expect([route, answer.status, answer.headers.has('www-authenticate')]).toEqual([route, 401, true]);
      }
    }
  });
});

describe('a listener of the attacker’s', () => {
  let listener: Server;
  let visits = 0;
  let url: string;
  beforeAll(async () => {
    listener = createServer((socket) => {
      visits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => listener.close());

  it('is never contacted, whatever a token or request contains', async () => {
    const headers = { host: url, 'x-forwarded-host': url, forwarded: `host=${url}`, referer: url };
    const tokens = await Promise.all([
      ...['jku', 'x5u', 'kid', 'jwk', 'x5c'].map((name) => sign({ [name]: url, kid: url }, {})),
      sign({ jku: url, x5u: url }, {}),
      sign({}, { iss: url }),
      sign({}, { aud: url }),
      ...['../../keys', "' or 1=1 --", '\0', 'k'.repeat(4096)].map((kid) => sign({ kid, jku: url }, {})),
    ]);
    for (const bearer of tokens) {
      for (const path of [WEBHOOK_PATH, COMPANION_PATHS.sessions]) await call(path, 'POST', { bearer });
      await call('/v1/me', 'GET', { bearer, headers: { ...headers, host: '127.0.0.1' } });
    }
    const long = await sign({ kid: 'k'.repeat(65_536) }, {});
    expect((await call(WEBHOOK_PATH, 'POST', { bearer: long })).status).toBe(431);
    for (const name of ['client_id', 'entrypoint', 'utm_source', 'redirect_uri']) {
      await call(`${COMPANION_PATHS.metricsFlow}?client_id=${clientId}&${name}=${encodeURIComponent(url)}`);
    }
    expect(visits).toBe(0);
    await fetch(url).catch(() => undefined);
    expect(visits).toBe(1);
  });
});

it('never redirects', async () => {
  const paths = [...Object.values(COMPANION_PATHS), WEBHOOK_PATH, '/v1/me', '/auth/return'];
  const more = ['/', '/status', '/metrics', '/__heartbeat__', '/__lbheartbeat__', '/__version__'];
  const elsewhere = ['//example.com', '/\\example.com', '/auth/return?next=https://example.com', '/%2e%2e/'];
  const all = [...paths, ...more].flatMap((path) => [path, `${path}/`, `/${path}`, `${path}?url=//x`]);
  for (const path of [...all, ...elsewhere]) {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
      const { status, headers } = await call(path, method);
      expect([path, method, status >= 300 && status < 400, headers.get('location')]).toEqual([
        path,
        method,
        false,
        null,
      ]);
    }
  }
});

describe('pages of other origins', () => {
  const preflight = (path: string, origin: string) =>
    call(path, 'OPTIONS', { headers: { origin, 'access-control-request-method': 'POST' } });

  it.each(Object.values(COMPANION_PATHS))('cannot read %s, the extension can', async (path) => {
    for (const origin of [CHROMIUM, FIREFOX]) {
      const { status, headers } = await preflight(path, origin);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
    for (const origin of ['https://example.com', 'null', CHROMIUM.replace('a', 'p'), companion.origin]) {
      for (const answer of [await preflight(path, origin), await call(path, 'GET', { headers: { origin } })])
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

it('applies one SET sent fifty times at once as one event', async () => {
  const session = await createSession(mock, companion.origin, { email: 'noor@example.com' });
  const uid = uidOf(mock, 'noor@example.com');
  const set = await mock.events.sign({ clientId, uid, event: 'profile-change' });
  const sent = Array.from({ length: 50 }, () => deliver(agent, companion.origin, set));
  expect(new Set(await Promise.all(sent))).toEqual(new Set([200]));
  expect((await call(COMPANION_PATHS.session, 'GET', { bearer: session })).body).toMatchObject({
    revision: 1,
  });
});
