// What no call may make of the token endpoint: a request again and again for what is denied, or for what is refused anyway.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: Harness;
let asked: string[];
beforeEach(async () => {
  world = await createHarness('today');
  await world.session.signIn();
  await world.session.runMaintenance();
  asked = [];
  const network = world.host.fetch;
  world.host.fetch = (input, init) => {
    asked.push(new URL(String(input)).pathname);
    return network(input, init);
  };
});
afterEach(() => world.stop());

const count = (path: string) => asked.filter((one) => one === path).length;
const refreshes = () => count('/v1/token');

describe('a token', () => {
  it.each(['', '   ', 'openid', 'openid openid', 'profile\n', 'profile\temail', '"profile"', ':write'])(
    'is not to be had for "%s"',
    async (scope) => {
      await expect(world.session.accessToken(scope)).rejects.toMatchObject({
        code: 'invalid_request',
        parameter: 'scope',
      });
      expect(asked).toEqual([]);
      expect(world.view()).toMatchObject({ status: 'signedIn' });
    },
  );

  it('is the same however its scope is written', async () => {
    const { token } = await world.session.accessToken('profile');
    for (const scope of ['openid profile', 'profile openid profile', ' profile:email  profile '])
      expect(await world.session.accessToken(scope)).toMatchObject({ token });
    expect(refreshes()).toBe(0);
  });
});

describe('a refresh that grants less than was asked for', () => {
  beforeEach(() => {
    world.host.skew = HOUR;
    const network = world.host.fetch;
    world.host.fetch = async (...request) => {
      const response = await network(...request);
      if (!String(request[0]).endsWith('/v1/token')) return response;
      const answer = (await response.json()) as Record<string, unknown>;
      // A sign-in grants all of it, a refresh does not.
      return Response.json(answer.refresh_token ? answer : { ...answer, scope: 'profile:uid' });
    };
  });
  const denied = () =>
    expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'scope_denied' });

  it('gives no token that is said to cover it, and is not repeated at every call', async () => {
    for (let calls = 0; calls < 5; calls++) await denied();
    expect(refreshes()).toBe(1);
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    // For what it does cover, it is as good as any.
    expect(await world.session.accessToken('profile:uid')).toMatchObject({ scope: 'profile:uid' });
    expect(refreshes()).toBe(1);
  });

  it('is repeated after an hour, and with another grant', async () => {
    await denied();
    world.host.skew += HOUR + MINUTE;
    await denied();
    expect(refreshes()).toBe(2);
    await world.session.signIn();
    expect(await world.session.accessToken('profile')).toMatchObject({ uid: world.view().account?.uid });
  });

  it('is not repeated for ever by a clock that was set back', async () => {
    world.host.skew = 365 * 24 * HOUR;
    await denied();
    world.host.skew = HOUR;
    await denied();
    expect(refreshes()).toBe(2);
  });
});

it('a scope that the server denies is asked for once, not at every call', async () => {
  for (let calls = 0; calls < 5; calls++)
    await expect(world.session.accessToken('profile:display_name:write')).rejects.toMatchObject({
      code: 'scope_denied',
    });
  expect(refreshes()).toBe(1);
});

describe('a resource that answers 401 to everything', () => {
  /** As the README has it: one retry with a token in place of the refused one. */
  const call = async (scope = 'profile:email') => {
    const access = await world.session.accessToken(scope);
    return world.session.accessToken(scope, access).then(
      () => 'refused twice',
      (error: unknown) => error,
    );
  };

  it('costs five tokens, and then three a minute', async () => {
    const outcomes: unknown[] = [];
    for (let calls = 0; calls < 50; calls++) outcomes.push(await call());
    await world.session.drainOutbox();
    expect(refreshes()).toBeLessThanOrEqual(6);
    expect(count('/v1/destroy')).toBeLessThanOrEqual(6);
    expect(outcomes.at(-1)).toMatchObject({ code: 'rate_limited', reason: 'tokens_refused' });
    expect((outcomes.at(-1) as { retryAfter: number }).retryAfter).toBeLessThanOrEqual(20);

    const before = refreshes();
    for (let seconds = 0; seconds < 300; seconds += 5) {
      world.host.skew += 5000;
      await call();
    }
    // And one, as time goes on while this runs.
    expect(refreshes() - before).toBeLessThanOrEqual(16);
    expect(refreshes() - before).toBeGreaterThan(7);
    expect(world.view()).toMatchObject({ status: 'signedIn' });
  });

  it('is told of once in the journal', async () => {
    for (let calls = 0; calls < 20; calls++) await call('profile');
    const told = () => world.record().journal.filter(({ why }) => why === 'tokens_refused');
    expect(told()).toMatchObject([{ from: 'signedIn', to: 'signedIn' }]);
    // After some quiet minutes it is another time.
    world.host.skew = 10 * MINUTE;
    for (let calls = 0; calls < 20; calls++) await call('profile');
    expect(told()).toHaveLength(2);
  });

  it('is remembered by the next background, and stops nobody who needs another scope, or no other token', async () => {
    for (let calls = 0; calls < 20; calls++) await call();
    await world.restart();
    expect(await call()).toMatchObject({ reason: 'tokens_refused' });
    await world.session.accessToken('profile:email');
    expect(await call('profile:uid')).toBe('refused twice');
  });

  it('is not outwitted by another way to write the scope', async () => {
    for (const scope of [
      'profile:email profile:uid',
      'profile:uid profile:email',
      'openid profile:uid profile:email',
    ])
      for (let calls = 0; calls < 10; calls++) await call(scope);
    expect(refreshes()).toBeLessThanOrEqual(6);
  });

  it('when it is the profile server, says what it is, and costs no more', async () => {
    const network = world.host.fetch;
    world.host.fetch = (...request) =>
      String(request[0]).endsWith('/v1/profile')
        ? Promise.resolve(Response.json({ code: 401, errno: 110 }, { status: 401 }))
        : network(...request);
    for (let looks = 0; looks < 30; looks++) await world.session.refreshProfile();
    expect(refreshes()).toBeLessThanOrEqual(6);
    expect(world.view()).toMatchObject({ status: 'signedIn', problem: { code: 'token_rejected' } });
  });

  it('an hour later is not held against it', async () => {
    const first = await world.session.accessToken('profile:email');
    world.host.skew = 2 * MINUTE;
    for (let calls = 0; calls < 10; calls++) {
      world.host.skew += 2 * MINUTE;
      expect(await call()).toBe('refused twice');
    }
    expect(first.uid).toBe(world.view().account?.uid);
    expect(world.record().journal.some(({ why }) => why === 'tokens_refused')).toBe(false);
  });
});
