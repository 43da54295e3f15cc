// Era 2019 by public means alone, over real HTTP: from a new account to its deletion, by path on one port and by the
// servers' own ports.
import { afterEach, expect, it } from 'vitest';
import { type RunningMockServer, startMockServer } from '../../src/mock-accounts/listen.ts';
import { randomHex, s256 } from '../../src/mock-accounts/store/random.ts';
import { TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';
import { send } from '../recorded/exchange.ts';

const ACCOUNT = { email: 'user@example.com', password: 'long enough' };
const PORTS = { auth: 9000, oauth: 9010, profile: 1111 } as const;
type Server = keyof typeof PORTS;

let running: RunningMockServer | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Speaks to one server: at its own port in the Host header, or by path alone. */
async function visitor(byHost: boolean) {
  running = await startMockServer({ era: '2019' });
  const port = Number(new URL(running.origin).port);
  return async (server: Server, path: string, body?: object, token?: unknown) => {
    const { status, body: text } = await send(port, {
      method: body === undefined ? 'GET' : 'POST',
      path,
      headers: {
        host: `127.0.0.1:${byHost ? PORTS[server] : port}`,
        'accept-language': '*',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${String(token)}` }),
      },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    return { status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
}

it.each([
  ['by path', false],
  ['by host', true],
])('%s', async (_, byHost) => {
  const ask = await visitor(byHost);
  await ask('auth', '/v1/account/create', { ...ACCOUNT, preVerified: true });
  const { body: session } = await ask('auth', '/v1/account/login', ACCOUNT);
  const grant = async (scope: string) => {
    const verifier = randomHex(32);
    const wish = { client_id: TEST_CLIENT, scope, state: 'the-state', access_type: 'offline' };
    const pkce = { code_challenge: s256(verifier), code_challenge_method: 'S256' };
    const { body } = await ask('auth', '/v1/oauth/authorization', { ...wish, ...pkce }, session.sessionToken);
    const exchange = { client_id: TEST_CLIENT, code: body.code, code_verifier: verifier };
    return (await ask('oauth', '/v1/token', exchange)).body;
  };
  const { access_token: access, refresh_token: refresh } = await grant('profile openid');
  const { access_token: writing } = await grant('profile:write');
  const profile = async () => (await ask('profile', '/v1/profile', undefined, access)).body;
  const renew = async (more: object) =>
    (
      await ask('oauth', '/v1/token', {
        client_id: TEST_CLIENT,
        grant_type: 'refresh_token',
        refresh_token: refresh,
        ...more,
      })
    ).body;

  expect(await profile()).toMatchObject({ email: ACCOUNT.email, locale: '*', sub: session.uid });
  expect(await profile()).not.toHaveProperty('displayName');
  expect((await ask('profile', '/v1/display_name', undefined, access)).status).toBe(204);
  expect((await ask('profile', '/v1/display_name', { displayName: 'Zoë Test' }, access)).status).toBe(403);
  expect((await ask('profile', '/v1/display_name', { displayName: 'Zoë Test' }, writing)).status).toBe(200);
  expect(await profile()).toMatchObject({ displayName: 'Zoë Test' });

  const { access_token: scopeless } = await renew({});
  expect((await ask('profile', '/v1/profile', undefined, scopeless)).status).toBe(403);
  expect((await ask('oauth', '/v1/introspect', { token: access })).body.active).toBe(false);
  expect((await ask('oauth', '/v1/introspect', { token: refresh })).body.active).toBe(true);
  expect((await ask('oauth', '/v1/destroy', { token: writing })).body).toEqual({});
  expect((await ask('profile', '/v1/profile', undefined, writing)).body.reason).toBe('Invalid token');

  expect((await ask('auth', '/v1/account/destroy', ACCOUNT)).body).toEqual({});
  expect(await profile()).toMatchObject({ email: ACCOUNT.email, displayName: 'Zoë Test' });
  expect((await ask('profile', '/v1/email', undefined, access)).status).toBe(500);
  expect(await renew({ scope: 'profile' })).toMatchObject({ scope: 'profile', expires_in: 1_209_600 });
  expect((await ask('oauth', '/v1/destroy', { refresh_token: refresh })).body).toEqual({});
  expect(await renew({ scope: 'profile' })).toMatchObject({ code: 400, errno: 108 });
});
