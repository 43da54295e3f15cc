// The lifetime of tokens: refreshed ahead or on demand, with jumping clocks and servers that ask for a pause.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CachedToken } from '../../src/session/state/record.ts';
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
    const body = typeof init?.body === 'string' ? init.body : '';
    asked.push(`${new URL(String(input)).pathname}${body.includes('refresh_token=') ? ' refresh' : ''}`);
    return network(input, init);
  };
});
afterEach(() => world.stop());

const held = () => (world.host.memory.get('tokens') ?? []) as CachedToken[];
const refreshes = () => asked.filter((call) => call === '/v1/token refresh').length;
const alarmIn = () => (world.host.alarms.get('fxa:renewal') ?? Number.NaN) - (Date.now() + world.host.skew);

/** As if the server had issued this lifetime. */
function lives(ms: number): void {
  const now = Date.now() + world.host.skew;
  world.host.memory.set(
    'tokens',
    held().map((token) => ({ ...token, receivedAt: now, expiresAt: now + ms })),
  );
}

/** From now on the token endpoint answers this, whatever it did. */
function tokenAnswersSay(members: object): void {
  const network = world.host.fetch;
  world.host.fetch = async (...request) => {
    const response = await network(...request);
    if (!String(request[0]).endsWith('/v1/token')) return response;
    return Response.json({ ...((await response.json()) as object), ...members });
  };
}

it('refreshes a token by alarm before it goes stale', async () => {
  await expect.poll(alarmIn).toBeGreaterThan(53 * MINUTE);
  expect(alarmIn()).toBeLessThan(55 * MINUTE);
  world.host.skew = 54.5 * MINUTE;
  await world.session.runMaintenance();
  expect(refreshes()).toBe(1);
  expect(alarmIn()).toBeGreaterThan(53 * MINUTE);
  // The token is used without a request now.
  await world.session.accessToken('profile');
  expect(refreshes()).toBe(1);
});

it('refreshes a token at the next wake if the machine slept through the alarm', async () => {
  world.host.skew = 9 * HOUR;
  await world.restart();
  expect(refreshes()).toBe(1);
});

it('refreshes tokens of ten minutes or more ahead, those of thirty seconds on demand', async () => {
  lives(30_000);
  await world.session.runMaintenance();
  expect(world.host.alarms.has('fxa:renewal')).toBe(false);
  world.host.skew = 28_000;
  await world.session.runMaintenance();
  expect(refreshes()).toBe(0);
  await world.session.accessToken('profile');
  expect(refreshes()).toBe(1);
});

it('keeps a token of 48 hours for almost as long', async () => {
  lives(48 * HOUR);
  world.host.skew = 47 * HOUR;
  await world.session.runMaintenance();
  await world.session.accessToken('profile');
  expect(refreshes()).toBe(0);
  world.host.skew = 47.95 * HOUR;
  await world.session.runMaintenance();
  expect(refreshes()).toBe(1);
});

describe.each([
  ['a day back', -24 * HOUR],
  ['ten years back', -10 * 365 * 24 * HOUR],
  ['a day ahead', 24 * HOUR],
  ['ten years ahead', 10 * 365 * 24 * HOUR],
])('a clock that jumps %s', (_how, jump) => {
  it('costs one refresh, and doesn’t end the session', async () => {
    world.host.skew = jump;
    await world.session.refreshProfile();
    await world.session.runMaintenance();
    expect(refreshes()).toBe(1);
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    expect(world.view()).not.toHaveProperty('problem');
    world.host.skew = 0;
    await world.session.refreshProfile();
    await world.session.runMaintenance();
    expect(refreshes()).toBeLessThanOrEqual(2);
    expect(alarmIn()).toBeLessThan(HOUR);
  });
});

it('fetches a token unasked, some time after the browser starts', async () => {
  world.host.memory.clear();
  world.host.alarms.clear();
  await world.restart();
  expect(refreshes()).toBe(0);
  expect(alarmIn()).toBeGreaterThan(MINUTE);
  expect(alarmIn()).toBeLessThan(6 * MINUTE);
  world.host.skew = 6 * MINUTE;
  await world.restart();
  expect(refreshes()).toBe(1);
});

it('retries a failed refresh less and less often, and keeps the session', async () => {
  const network = world.host.fetch;
  world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  world.host.skew = 2 * HOUR;
  const waits: number[] = [];
  for (let time = 0; time < 8; time++) {
    await world.session.runMaintenance();
    waits.push(Math.round(alarmIn() / 1000) * 1000);
    world.host.skew += alarmIn();
  }
  expect(waits).toEqual([...waits].sort((one, other) => one - other));
  expect(waits[0]).toBeLessThan(2 * MINUTE);
  expect(waits.at(-1)).toBeLessThan(1.3 * HOUR);
  expect(world.view()).toMatchObject({ status: 'signedIn' });
  world.host.fetch = network;
  await world.session.runMaintenance();
  expect(alarmIn()).toBeGreaterThan(50 * MINUTE);
});

describe('a host that asks for a pause', () => {
  const busy = (init: ResponseInit, body: object) => {
    const network = world.host.fetch;
    world.host.fetch = (input, request) => {
      if (!String(input).endsWith('/v1/token')) return network(input, request);
      asked.push('busy');
      return Promise.resolve(Response.json(body, init));
    };
    return () => {
      world.host.fetch = network;
    };
  };

  it.each([
    ['in the header', { status: 429, headers: { 'retry-after': '600' } }, { code: 429, errno: 114 }],
    ['in seconds', { status: 429 }, { code: 429, errno: 114, retryAfter: 600 }],
    ['in milliseconds', { status: 429 }, { code: 429, errno: 114, retryAfter: 600_000 }],
    ['switched off', { status: 503 }, { code: 503, errno: 202, retryAfter: 600 }],
  ])('%s gets no request until then, and a little longer', async (_how, init, body) => {
    const free = busy(init, body);
    world.host.skew = 2 * HOUR;
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ retryAfter: 600 });
    free();
    asked.length = 0;

    const later = world.host.skew;
    await world.restart();
    await world.session.refreshProfile();
    await world.session.signIn();
    expect(asked).toEqual([]);
    expect(world.view().problem?.retryAfter).toBeGreaterThan(590);
    world.host.skew = later + 10 * MINUTE;
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({
      retryAfter: expect.any(Number) as number,
    });
    expect(asked).toEqual([]);

    world.host.skew = later + 13 * MINUTE;
    await world.session.accessToken('profile');
    expect(refreshes()).toBe(1);
    expect(world.view().status).toBe('signedIn');
  });

  it('gets a minute if it doesn’t say how long', async () => {
    const free = busy({ status: 429 }, { code: 429, errno: 114 });
    world.host.skew = 2 * HOUR;
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'rate_limited' });
    free();
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'rate_limited' });
    world.host.skew += 2 * MINUTE;
    await world.session.accessToken('profile');
  });

  it('gets requests again when the pause came from a wrong clock', async () => {
    world.host.skew = 365 * 24 * HOUR;
    const free = busy({ status: 429 }, { code: 429, errno: 114, retryAfter: 600 });
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'rate_limited' });
    free();
    world.host.skew = 0;
    await world.session.accessToken('profile');
  });
});

describe('a token unusable here but alive at the server is destroyed:', () => {
  const afterSignOut = async () => {
    await world.session.signOut();
    await world.session.runMaintenance();
    await expect.poll(world.liveTokens).toBe(0);
  };

  it('one that expired by a fast clock', async () => {
    world.host.skew = 2 * HOUR;
    await world.session.accessToken('profile');
    world.host.skew = 0;
    await afterSignOut();
  });

  it('one from a rejected answer', async () => {
    const network = world.host.fetch;
    tokenAnswersSay({ token_type: 'mac' });
    world.host.skew = 58 * MINUTE;
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ reason: 'token_response' });
    world.host.fetch = network;
    world.host.skew = 0;
    await afterSignOut();
  });
});

it('doesn’t ask every minute when a server grants less than before', async () => {
  tokenAnswersSay({ scope: 'profile:uid' });
  for (let minute = 0; minute < 30; minute++) {
    world.host.skew = HOUR + minute * MINUTE;
    await world.session.runMaintenance();
  }
  expect(refreshes()).toBeLessThan(7);
});

it('fails before opening a window if the token endpoint asked for a pause', async () => {
  const network = world.host.fetch;
  world.host.fetch = (...request) =>
    String(request[0]).includes('/v1/destroy')
      ? Promise.resolve(Response.json({ code: 503 }, { status: 503, headers: { 'retry-after': '600' } }))
      : network(...request);
  await world.session.signOut();
  await world.session.runMaintenance();
  world.host.fetch = network;
  const { opened } = world.host.windows;
  await world.session.signIn();
  expect(world.view().problem).toMatchObject({ code: 'server_unavailable' });
  expect(world.host.windows.opened).toBe(opened);
});
