// Calls must not repeat token requests endlessly: for a denied scope, or for a resource that refuses every token.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let harness: Harness;
let asked: string[];
beforeEach(async () => {
  harness = await createHarness('today');
  await harness.session.signIn();
  await harness.session.runMaintenance();
  asked = [];
  const network = harness.host.fetch;
  harness.host.fetch = (input, init) => {
    asked.push(new URL(String(input)).pathname);
    return network(input, init);
  };
});
afterEach(() => harness.stop());

const count = (path: string) => asked.filter((one) => one === path).length;
const refreshes = () => count('/v1/token');

describe('a token', () => {
  it.each(['', '   ', 'openid', 'openid openid', 'profile\n', 'profile\temail', '"profile"', ':write'])(
    'is refused for the scope "%s"',
    async (scope) => {
      await expect(harness.session.accessToken(scope)).rejects.toMatchObject({
        code: 'invalid_request',
        parameter: 'scope',
      });
      expect(asked).toEqual([]);
      expect(harness.view()).toMatchObject({ status: 'signedIn' });
    },
  );

  it('is the same however its scope is written', async () => {
    const { token } = await harness.session.accessToken('profile');
    for (const scope of ['openid profile', 'profile openid profile', ' profile:email  profile '])
      expect(await harness.session.accessToken(scope)).toMatchObject({ token });
    expect(refreshes()).toBe(0);
  });
});

describe('a refresh that grants less than was asked for', () => {
  beforeEach(() => {
    harness.host.skew = HOUR;
    const network = harness.host.fetch;
    harness.host.fetch = async (...request) => {
      const response = await network(...request);
      if (!String(request[0]).endsWith('/v1/token')) return response;
      const answer = (await response.json()) as Record<string, unknown>;
      // A sign-in grants all of it, a refresh doesn't.
      return Response.json(answer.refresh_token ? answer : { ...answer, scope: 'profile:uid' });
    };
  });
  const denied = () =>
    expect(harness.session.accessToken('profile')).rejects.toMatchObject({ code: 'scope_denied' });

  it('gives no token for that scope, and isn’t repeated at every call', async () => {
    for (let calls = 0; calls < 5; calls++) await denied();
    expect(refreshes()).toBe(1);
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    // It is still handed out for what it covers.
    expect(await harness.session.accessToken('profile:uid')).toMatchObject({ scope: 'profile:uid' });
    expect(refreshes()).toBe(1);
  });

  it('is repeated after an hour, and with another grant', async () => {
    await denied();
    harness.host.skew += HOUR + MINUTE;
    await denied();
    expect(refreshes()).toBe(2);
    await harness.session.signIn();
    expect(await harness.session.accessToken('profile')).toMatchObject({ uid: harness.view().account?.uid });
  });

  it('isn’t repeated forever after the clock was set back', async () => {
    harness.host.skew = 365 * 24 * HOUR;
    await denied();
    harness.host.skew = HOUR;
    await denied();
    expect(refreshes()).toBe(2);
  });
});

it('asks once for a scope the server denies, not at every call', async () => {
  for (let calls = 0; calls < 5; calls++)
    await expect(harness.session.accessToken('profile:display_name:write')).rejects.toMatchObject({
      code: 'scope_denied',
    });
  expect(refreshes()).toBe(1);
});

describe('a resource that answers 401 to everything', () => {
  /** As in the README: one retry with a new token. */
  const call = async (scope = 'profile:email') => {
    const access = await harness.session.accessToken(scope);
    return harness.session.accessToken(scope, access).then(
      () => 'refused twice',
      (error: unknown) => error,
    );
  };

  it('costs five tokens, and then three a minute', async () => {
    const outcomes: unknown[] = [];
    for (let calls = 0; calls < 50; calls++) outcomes.push(await call());
    await harness.session.drainOutbox();
    expect(refreshes()).toBeLessThanOrEqual(6);
    expect(count('/v1/destroy')).toBeLessThanOrEqual(6);
    expect(outcomes.at(-1)).toMatchObject({ code: 'rate_limited', reason: 'tokens_refused' });
    expect((outcomes.at(-1) as { retryAfter: number }).retryAfter).toBeLessThanOrEqual(20);

    const before = refreshes();
    for (let seconds = 0; seconds < 300; seconds += 5) {
      harness.host.skew += 5000;
      await call();
    }
    // One more, because time passes during the test.
    expect(refreshes() - before).toBeLessThanOrEqual(16);
    expect(refreshes() - before).toBeGreaterThan(7);
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
  });

  it('is journaled once', async () => {
    for (let calls = 0; calls < 20; calls++) await call('profile');
    const told = () => harness.record().journal.filter(({ why }) => why === 'tokens_refused');
    expect(told()).toMatchObject([{ from: 'signedIn', to: 'signedIn' }]);
    // After some quiet minutes the budget is full again.
    harness.host.skew = 10 * MINUTE;
    for (let calls = 0; calls < 20; calls++) await call('profile');
    expect(told()).toHaveLength(2);
  });

  it('is remembered by the next background, and doesn’t affect other scopes or cached tokens', async () => {
    for (let calls = 0; calls < 20; calls++) await call();
    await harness.restart();
    expect(await call()).toMatchObject({ reason: 'tokens_refused' });
    await harness.session.accessToken('profile:email');
    expect(await call('profile:uid')).toBe('refused twice');
  });

  it('counts as the same however the scope is written', async () => {
    for (const scope of [
      'profile:email profile:uid',
      'profile:uid profile:email',
      'openid profile:uid profile:email',
    ])
      for (let calls = 0; calls < 10; calls++) await call(scope);
    expect(refreshes()).toBeLessThanOrEqual(6);
  });

  it('reports the refusal when it is the profile server, at no higher cost', async () => {
    const network = harness.host.fetch;
    harness.host.fetch = (...request) =>
      String(request[0]).endsWith('/v1/profile')
        ? Promise.resolve(Response.json({ code: 401, errno: 110 }, { status: 401 }))
        : network(...request);
    for (let looks = 0; looks < 30; looks++) await harness.session.refreshProfile();
    expect(refreshes()).toBeLessThanOrEqual(6);
    expect(harness.view()).toMatchObject({ status: 'signedIn', problem: { code: 'token_rejected' } });
  });

  it('is given a full budget again after an hour', async () => {
    const first = await harness.session.accessToken('profile:email');
    harness.host.skew = 2 * MINUTE;
    for (let calls = 0; calls < 10; calls++) {
      harness.host.skew += 2 * MINUTE;
      expect(await call()).toBe('refused twice');
    }
    expect(first.uid).toBe(harness.view().account?.uid);
    expect(harness.record().journal.some(({ why }) => why === 'tokens_refused')).toBe(false);
  });
});
