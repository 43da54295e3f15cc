import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { answerProblem, Problem } from '../http/problem.ts';
import { me } from '../routes/me.ts';
import { bearer, type BearerOptions, type BearerVariables } from './middleware.ts';
import { checking, client, described, NOW, TOKEN, UID } from './testing/fakes.ts';

function serving(options: Partial<BearerOptions> = {}) {
  const setup = checking();
  const all = { check: setup.check, realm: 'notes', ...options };
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof Problem) return answerProblem(c, error);
    throw error;
  });
  app.route('/', me(all));
  app.all('/notes', bearer(all), (c) => c.json(c.var.user));
  const ask = (authorization?: string, init: RequestInit = {}, path = '/v1/me') =>
    app.request(path, { ...init, ...(authorization !== undefined && { headers: { authorization } }) });
  return { ...setup, app, ask };
}

it('returns the user of the token, uncacheable', async () => {
  const { ask } = serving();
  const answer = await ask(`Bearer ${TOKEN}`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ user: `fxa:${UID}-notes`, client: 'notes', scope: 'profile' });
  expect(answer.headers.get('cache-control')).toBe('private, no-store');
});

it('gives no two users of two clients one id, whatever form a server gives to its uids', async () => {
  const user = async (uid: string, name: string) => {
    const app = new Hono<{ Variables: BearerVariables }>();
    const check = () => Promise.resolve({ client: client({ name }), uid, scope: 'profile' });
    app.get('/', bearer({ check, realm: 'notes' }), (c) => c.text(c.var.user));
    return (await app.request('/', { headers: { authorization: `Bearer ${TOKEN}` } })).text();
  };
  const ids = [await user('a-b', 'c'), await user('a', 'b-c'), await user('a%2db', 'c')];
  expect(new Set(ids).size).toBe(3);
  expect(await user(UID, 'a-b')).toBe(`fxa:${UID}-a-b`);
});

describe('credentials', () => {
  it.each([`bearer ${TOKEN}`, `BEARER ${TOKEN}`, `Bearer   ${TOKEN}`, `Bearer ${TOKEN} `])(
    'are taken: %s',
    async (header) => {
      expect((await serving().ask(header)).status).toBe(200);
    },
  );

  it.each([
    undefined,
    '',
    ' ',
    `Basic ${TOKEN}`,
    `Bearerx ${TOKEN}`,
    TOKEN,
    `token ${TOKEN}`,
    `"Bearer ${TOKEN}"`,
  ])('are missing, which is no error but a challenge: %s', async (header) => {
    const { ask, accounts } = serving();
    const answer = await ask(header);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="notes"');
    expect(await answer.json()).toMatchObject({ error: 'unauthorized' });
    expect(accounts.asked).toEqual([]);
  });

  it.each([
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN}, Bearer ${TOKEN}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer ${TOKEN},`,
    `Bearer\t${TOKEN}`.replace('\t', ' \t'),
    'Bearer =',
    'Bearer a=b',
    'Bearer "quoted"',
    'Bearer tök',
    'Bearer a;b',
    `Bearer ${'a'.repeat(8186)}`,
  ])('are unreadable: %s', async (header) => {
    const { ask, accounts } = serving();
    const answer = await ask(header);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="notes", error="invalid_request"');
    expect(await answer.json()).toMatchObject({ error: 'invalid_request' });
    expect(accounts.asked).toEqual([]);
  });

  it('may be up to 8 KB', async () => {
    const answer = await serving().ask(`Bearer ${'a'.repeat(8185)}`);
    expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_token' }]);
  });

  it('are accepted only in the Authorization header', async () => {
    const { ask, app } = serving();
    expect((await ask(undefined, {}, `/v1/me?access_token=${TOKEN}`)).status).toBe(401);
    const body = new URLSearchParams({ access_token: TOKEN });
    expect((await app.request('/notes', { method: 'POST', body })).status).toBe(401);
  });
});

it('challenges name the realm and the error, never the token', async () => {
  const { ask, accounts } = serving();
  accounts.answer = () => Response.json({ active: false });
  const answer = await ask(`Bearer ${TOKEN}`);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="notes", error="invalid_token"');
  expect(await answer.text()).not.toContain(TOKEN);
});

it('requires the scope of the route in addition to that of the client', async () => {
  const { ask, accounts } = serving({ scope: 'profile:email openid' });
  const refused = await ask(`Bearer ${TOKEN}`);
  expect(refused.status).toBe(403);
  expect(refused.headers.get('www-authenticate')).toBe(
    'Bearer realm="notes", error="insufficient_scope", scope="profile:email openid"',
  );
  accounts.answer = () => Response.json(described({ scope: 'openid profile' }));
  expect((await ask(`Bearer ${'bb'.repeat(32)}`)).status).toBe(200);
});

it('answers 503 with Retry-After and no challenge when Mozilla accounts is unavailable', async () => {
  const { ask, accounts } = serving();
  accounts.answer = () => Response.json({}, { status: 503, headers: { 'retry-after': '30' } });
  const answer = await ask(`Bearer ${TOKEN}`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
  expect(answer.headers.get('www-authenticate')).toBeNull();
});

it('escapes the realm', async () => {
  const { ask } = serving({ realm: 'Ada’s "own"\\\r\nX: y' });
  expect((await ask()).headers.get('www-authenticate')).toBe('Bearer realm="Adas \\"own\\"\\\\X: y"');
});

it.each([
  ['never', undefined, ['GET', 'POST', 'DELETE'], 1],
  ['for writes', 'writes', ['GET', 'HEAD', 'GET'], 1],
  ['for writes', 'writes', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 5],
  ['always', true, ['GET', 'GET', 'HEAD'], 3],
] as const)('bypasses the cache %s (%s): %j', async (_name, fresh, methods, asked) => {
  const { ask, accounts } = serving(fresh === undefined ? {} : { fresh });
  for (const method of methods) expect((await ask(`Bearer ${TOKEN}`, { method }, '/notes')).status).toBe(200);
  expect(accounts.asked).toHaveLength(asked);
});

describe('a route that asks how the person signed in', () => {
  const signedIn = { acr: 'AAL2', auth_time: NOW / 1000 - 60 };
  const demanding = { acr: 'AAL2', maxAge: 60, now: () => NOW };
  const asking = async (more: object, options: Partial<BearerOptions> = demanding) => {
    const { ask, accounts } = serving(options);
    accounts.answer = () => Response.json(described(more));
    return ask(`Bearer ${TOKEN}`, {}, '/notes');
  };

  it('serves a token of a sign-in that was so, and not too long ago', async () => {
    expect((await asking(signedIn)).status).toBe(200);
  });

  it.each([
    ['without its second step', { ...signedIn, acr: 'AAL1' }],
    ['too long ago', { ...signedIn, auth_time: NOW / 1000 - 61 }],
    ['of unknown kind and time, as of a refreshed token', {}],
    ['at an implausible time', { ...signedIn, auth_time: (NOW / 1000 - 60) / 1000 }],
  ])('refuses a sign-in %s', async (_name, more) => {
    const answer = await asking(more);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="notes", error="insufficient_user_authentication", acr_values="AAL2", max_age="60"',
    );
    expect(await answer.json()).toMatchObject({ error: 'insufficient_user_authentication' });
  });

  it('judges a remembered token by the time of each request', async () => {
    let now = NOW;
    const { ask, accounts } = serving({ ...demanding, now: () => now });
    accounts.answer = () => Response.json(described(signedIn));
    expect((await ask(`Bearer ${TOKEN}`, {}, '/notes')).status).toBe(200);
    now += 1000;
    expect((await ask(`Bearer ${TOKEN}`, {}, '/notes')).status).toBe(401);
    expect(accounts.asked).toHaveLength(1);
  });
});
