// Access tokens of the mock server, used at a listening resource: both eras, both lookup endpoints.
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { createTokenCheck } from '../../src/companion/bearer/check.ts';
import type { Client } from '../../src/companion/clients.ts';
import { createEndpoints } from '../../src/companion/endpoints.ts';
import { answerProblem, type Problem } from '../../src/companion/http/problem.ts';
import { startServer } from '../../src/companion/server.ts';
import { me } from '../../src/companion/routes/me.ts';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import type { Era } from '../../src/mock-accounts/era.ts';
import { createKeys, type Keys } from '../../src/mock-accounts/keys.ts';
import { startMockServer } from '../../src/mock-accounts/listen.ts';
import { drive, TEST_CLIENT, type CodeOptions } from '../../src/mock-accounts/testing/drive.ts';

const OTHER_CLIENT = 'a1b2c3d4e5f60002';
const CONFIDENTIAL_CLIENT = 'a1b2c3d4e5f60004';
const KINDS = (['2019', 'today'] as const).flatMap((era) =>
  (['introspect', 'verify'] as const).map((mode) => ({ era, mode })),
);

let keys: Keys;
const ends: (() => Promise<void>)[] = [];
beforeAll(() => {
  keys = createKeys(Date.now);
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const clientOf = (clientId: string, more: Partial<Client> = {}): Client => ({
  clientId,
  name: 'notes',
  scope: 'profile:email',
  space: 'notes',
  jwt: false,
  ...more,
});

async function harness(era: Era, mode: 'introspect' | 'verify', clients = [clientOf(TEST_CLIENT)]) {
  const clock = { now: Date.UTC(2026, 10, 21) };
  const mock = await startMockServer({ era, keys, now: () => clock.now });
  ends.push(mock.stop);
  const http = { fetch, timeout: 60_000 };
  const now = () => clock.now;
  const { check } = createTokenCheck({
    clients,
    endpoints: createEndpoints({ first: mockServerEndpoints(mock.origin), http, now }),
    http,
    secret: new Uint8Array(32).fill(9),
    now,
    mode,
  });
  const app = new Hono();
  app.onError((error, c) => answerProblem(c, error as Problem));
  app.route('/', me({ check, realm: 'notes' }));
  const server = await startServer({ app, host: '127.0.0.1', port: 0 });
  ends.push(server.stop);
  const driver = drive(mock);
  const show = (token: unknown) => fetch(`${server.origin}/v1/me`, { headers: driver.bearer(token) });
  const uid = mock.store.accounts.byEmail('ada@example.com')?.uid ?? '';
  const access = async (wish: CodeOptions = {}) => String((await driver.tokens(wish)).access_token);
  return { clock, mock, driver, server, show, uid, access };
}

describe.each(KINDS)('in $era, asked at $mode', ({ era, mode }) => {
  it('an access token is accepted', async () => {
    const { show, uid, access } = await harness(era, mode);
    const answer = await show(await access());
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      user: `fxa:${uid}-notes`,
      client: 'notes',
      scope: 'openid profile',
    });
  });

  it.each([
    ['a refresh token', (tokens: Record<string, unknown>) => tokens.refresh_token],
    ['an id_token', (tokens: Record<string, unknown>) => tokens.id_token],
    ['one that never was', () => 'ab'.repeat(32)],
  ])('%s is refused', async (_name, pick) => {
    const { show, driver } = await harness(era, mode);
    const token = pick(await driver.tokens());
    expect(token).toBeTypeOf('string');
    const answer = await show(token);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: 'invalid_token' });
  });

  it('the refresh token of a confidential client is refused', async () => {
    const clientId = CONFIDENTIAL_CLIENT;
    const { show, mock, uid } = await harness(era, mode, [clientOf(clientId)]);
    const granted = { clientId, uid, scope: 'profile' };
    expect((await show(mock.store.tokens.addRefreshToken(granted).token)).status).toBe(401);
    expect((await show(mock.store.tokens.addAccessToken({ ...granted, life: 60 }).token)).status).toBe(200);
  });

  it('a token of a client that is not ours is refused, though valid at Mozilla accounts', async () => {
    const { show, access } = await harness(era, mode);
    const answer = await show(await access({ clientId: OTHER_CLIENT }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="notes", error="invalid_token"');
  });

  it('a token without the scope is 403', async () => {
    const { show, access } = await harness(era, mode);
    const answer = await show(await access({ scope: 'openid profile:uid' }));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain('scope="profile:email"');
  });

  it('an expired or destroyed token is refused', async () => {
    const { show, access, driver, clock, mock } = await harness(era, mode);
    const destroyed = await access();
    await driver.post('/v1/destroy', { token: destroyed });
    expect((await show(destroyed)).status).toBe(401);
    const token = await access();
    clock.now += mock.context.rules.accessTokenLife * 1000 + 1;
    expect((await show(token)).status).toBe(401);
  });

  it('failures of Mozilla accounts are a temporary 503', async () => {
    const { show, access, mock } = await harness(era, mode);
    const token = await access();
    const refusal = { kind: 'status', status: 429, retryAfter: 40 } as const;
    mock.faults.set([{ where: 'any', what: refusal, times: 1 }]);
    const limited = await show(token);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([503, '40']);
    mock.faults.set([{ where: 'any', what: { kind: 'drop' } }]);
    expect((await show(token)).status).toBe(503);
    mock.faults.clear();
    expect((await show(token)).status).toBe(200);
  });
});

describe.each(['2019', 'today'] as const)('introspection in %s', (era) => {
  it('a cached token is accepted until exactly its expiry', async () => {
    const { show, access, clock, mock } = await harness(era, 'introspect');
    const token = await access();
    const end = clock.now + mock.context.rules.accessTokenLife * 1000;
    clock.now = end - 2_000;
    expect((await show(token)).status).toBe(200);
    clock.now = end - 1;
    const seen = mock.faults.requests.list().length;
    expect((await show(token)).status).toBe(200);
    expect(mock.faults.requests.list()).toHaveLength(seen);
    clock.now = end;
    expect((await show(token)).status).toBe(401);
  });
});

it('two Authorization headers are refused', async () => {
  const { server, access } = await harness('today', 'introspect');
  const token = await access();
  const socket = connect(Number(new URL(server.origin).port), '127.0.0.1');
  const header = `Authorization: Bearer ${token}\r\n`;
  socket.write(`GET /v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${header}${header}\r\n`);
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('error="invalid_request"');
});
