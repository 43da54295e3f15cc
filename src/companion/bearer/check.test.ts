import { describe, expect, it } from 'vitest';
import {
  checking,
  client,
  described,
  deferred,
  nameOf,
  NOW,
  OTHER_UID,
  problem,
  TOKEN,
  tokenOf,
  UID,
} from './testing/fakes.ts';

const OTHER_CLIENT = 'b1b2c3d4e5f60002';
const dead = () => Response.json({ active: false });
const answering = (more: object) => () => Response.json(described(more));

describe('a token', () => {
  it('of one of the clients is accepted', async () => {
    const { check } = checking();
    expect(await check(TOKEN)).toEqual({
      client: client(),
      uid: UID,
      scope: 'profile',
      issuedAt: NOW - 60_000,
      expiresAt: NOW + 600_000,
    });
  });

  it.each([
    ['that is dead', dead],
    ['of an unknown client', answering({ client_id: OTHER_CLIENT })],
    ['at the very instant of its end', answering({ exp: NOW })],
  ])('%s is refused', async (_name, answer) => {
    const { check, accounts } = checking();
    accounts.answer = answer;
    const { status, error, details } = await problem(check(TOKEN));
    expect([status, error]).toEqual([401, 'invalid_token']);
    expect(details.challenge).toEqual({ error: 'invalid_token' });
  });

  it('that expires while it is looked up is refused', async () => {
    const { check, accounts, clock } = checking();
    accounts.answer = () => {
      clock.now = NOW + 600_000;
      return Response.json(described());
    };
    expect((await problem(check(TOKEN))).status).toBe(401);
  });

  it.each([
    ['openid', false],
    ['profile:email', false],
    ['', false],
    ['profile', true],
    ['openid profile:write', true],
  ])('with the scopes "%s" reaches: %s', async (scope, reaches) => {
    const { check, accounts } = checking();
    accounts.answer = answering({ scope });
    if (reaches) {
      expect(await check(TOKEN)).toMatchObject({ scope });
      return;
    }
    const { status, error, details } = await problem(check(TOKEN));
    expect([status, error]).toEqual([403, 'insufficient_scope']);
    expect(details.challenge).toEqual({ error: 'insufficient_scope', scope: 'profile' });
  });

  it.each([
    ['', 'profile:email'],
    ['a companion session', Buffer.alloc(32).toString('base64url')],
    ['upper case', TOKEN.toUpperCase()],
    ['too short', TOKEN.slice(1)],
  ])('in an impossible format is refused without a request: %s', async (_name, token) => {
    const { check, accounts } = checking();
    expect((await problem(check(token))).status).toBe(401);
    expect(accounts.asked).toEqual([]);
  });
});

describe('two clients that share one id', () => {
  const readers = client({ name: 'readers', scope: 'profile:email' });
  const writers = client({ name: 'writers', scope: 'profile:display_name:write' });
  it.each([
    ['profile:email', 'readers'],
    ['profile:display_name:write', 'writers'],
  ])('are told apart by what only one of them has: %s', async (scope, name) => {
    const { check, accounts } = checking({ clients: [readers, writers] });
    accounts.answer = answering({ scope });
    expect((await check(TOKEN)).client.name).toBe(name);
  });

  it('refuse a token that matches both', async () => {
    const { check, accounts } = checking({ clients: [readers, writers] });
    accounts.answer = answering({ scope: 'profile:write' });
    expect(await problem(check(TOKEN))).toMatchObject({ status: 401, error: 'invalid_token' });
  });
});

describe('lookups', () => {
  it('are shared by fifty concurrent checks, and cached afterwards', async () => {
    const { check, accounts, clock } = checking();
    await Promise.all(Array.from({ length: 50 }, () => check(TOKEN)));
    clock.now += 299_999;
    await check(TOKEN);
    expect(accounts.asked).toHaveLength(1);
    clock.now += 1;
    await check(TOKEN);
    expect(accounts.asked).toHaveLength(2);
  });

  it('are made once per token', async () => {
    const { check, accounts } = checking();
    await Promise.all([check(TOKEN), check(tokenOf('bb'))]);
    expect(accounts.asked.sort()).toEqual([TOKEN, tokenOf('bb')]);
  });

  it('of a dead token are made once in ten seconds', async () => {
    const { check, accounts, clock } = checking();
    accounts.answer = dead;
    await Promise.all(Array.from({ length: 50 }, () => problem(check(TOKEN))));
    clock.now += 9_999;
    await problem(check(TOKEN));
    expect(accounts.asked).toHaveLength(1);
    clock.now += 1;
    accounts.answer = answering({});
    expect(await check(TOKEN)).toMatchObject({ uid: UID });
  });

  it('are made every time when fresh, and not cached', async () => {
    const { check, accounts } = checking();
    await Promise.all([check(TOKEN, { fresh: true }), check(TOKEN, { fresh: true })]);
    expect(accounts.asked).toHaveLength(2);
    await check(TOKEN);
    expect(accounts.asked).toHaveLength(3);
  });

  it('that are fresh and find a token dead drop its cached verdict', async () => {
    const { check, accounts } = checking();
    await check(TOKEN);
    accounts.answer = dead;
    expect(await check(TOKEN)).toMatchObject({ uid: UID });
    expect((await problem(check(TOKEN, { fresh: true }))).status).toBe(401);
    expect((await problem(check(TOKEN))).status).toBe(401);
  });
});

describe('an eviction', () => {
  it('drops the cached tokens of the account and no others', async () => {
    const { check, accounts, evict } = checking();
    await check(TOKEN);
    evict(nameOf(OTHER_UID), 0);
    await check(TOKEN);
    expect(accounts.asked).toHaveLength(1);
    accounts.answer = dead;
    for (const account of [nameOf(OTHER_UID), nameOf(UID)]) evict(account, 0);
    expect((await problem(check(TOKEN))).status).toBe(401);
  });

  it('of everything drops all cached tokens', async () => {
    const { check, accounts, evictAll } = checking();
    await check(TOKEN);
    evictAll();
    await check(TOKEN);
    expect(accounts.asked).toHaveLength(2);
  });
});

it('counts hits, misses and evictions', async () => {
  const outcomes: string[] = [];
  const { check, evict } = checking({ count: (outcome) => outcomes.push(outcome) });
  await Promise.all([check(TOKEN), check(TOKEN)]);
  await check(tokenOf('bb'));
  await check(TOKEN);
  await check(TOKEN, { fresh: true });
  for (const account of [nameOf(OTHER_UID), nameOf(UID)]) evict(account, 0);
  expect(outcomes).toEqual(['miss', 'miss', 'miss', 'hit', 'eviction', 'eviction']);
});

describe('when Mozilla accounts fails', () => {
  it.each([
    ['offline', () => Promise.reject(new TypeError('fetch failed')), 5],
    ['server_unavailable', () => new Response('', { status: 502 }), 5],
    [
      'rate_limited',
      () => Response.json({ errno: 114 }, { status: 429, headers: { 'retry-after': '60' } }),
      60,
    ],
    ['bad_response', () => new Response('<html>'), 5],
    ['misconfigured', () => Response.json({ errno: 999 }, { status: 404 }), 5],
  ])('nothing is cached, and the next check asks again: %s', async (code, answer, retryAfter) => {
    const { check, accounts } = checking();
    accounts.answer = answer;
    const { status, error, message, details } = await problem(check(TOKEN));
    expect([status, error, details]).toEqual([503, 'accounts_unavailable', { retryAfter }]);
    expect(message).toContain(code);
    expect(message).not.toContain(TOKEN);
    accounts.answer = answering({});
    expect(await check(TOKEN)).toMatchObject({ uid: UID });
  });

  it('a timeout is a 503', async () => {
    const silence = ((_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      })) as typeof fetch;
    const { check } = checking({ http: { fetch: silence, timeout: 20 } });
    expect((await problem(check(TOKEN))).status).toBe(503);
  });

  it('concurrent lookups are limited', async () => {
    const { check, accounts } = checking();
    const answered = deferred<undefined>();
    accounts.answer = () => answered.promise.then(dead);
    const tokens = Array.from({ length: 400 }, (_, n) => n.toString(16).padStart(64, '0'));
    const refused = Promise.all(tokens.map((token) => problem(check(token))));
    await new Promise((resolve) => setImmediate(resolve));
    expect(accounts.asked).toHaveLength(128);
    answered.resolve(undefined);
    const busy = (await refused).filter(({ status }) => status === 503);
    expect(busy.map(({ details }) => details.retryAfter)).toEqual(Array(400 - 128 - 256).fill(1));
  });

  it('cached verdicts remain valid', async () => {
    const { check, accounts } = checking();
    await check(TOKEN);
    accounts.answer = () => new Response('', { status: 502 });
    expect(await check(TOKEN)).toMatchObject({ uid: UID });
    expect((await problem(check(TOKEN, { fresh: true }))).status).toBe(503);
    expect(await check(TOKEN)).toMatchObject({ uid: UID });
  });

  it('an error of our own is not reported as accounts_unavailable', async () => {
    const broken = () => {
      throw new RangeError('a fault');
    };
    const { check } = checking({ now: broken });
    await expect(check(TOKEN)).rejects.toThrow(RangeError);
  });
});
