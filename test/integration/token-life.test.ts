// The lifetime of tokens: refreshed ahead or on demand, with jumping clocks and servers that ask for a pause.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CachedToken } from '../../src/session/state/record.ts';
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
    const body = typeof init?.body === 'string' ? init.body : '';
    asked.push(`${new URL(String(input)).pathname}${body.includes('refresh_token=') ? ' refresh' : ''}`);
    return network(input, init);
  };
});
afterEach(() => harness.stop());

const held = () => (harness.host.memory.get('tokens') ?? []) as CachedToken[];
const refreshes = () => asked.filter((call) => call === '/v1/token refresh').length;
const alarmIn = () => Number(harness.host.alarms.get('fxa:renewal')) - (Date.now() + harness.host.skew);

/** As if the server had issued this lifetime. */
function lives(ms: number): void {
  const now = Date.now() + harness.host.skew;
  harness.host.memory.set(
    'tokens',
    held().map((token) => ({ ...token, receivedAt: now, expiresAt: now + ms })),
  );
}

/** From now on the token endpoint answers this, whatever it did. */
function tokenAnswersSay(members: object): void {
  const network = harness.host.fetch;
  harness.host.fetch = async (...request) => {
    const response = await network(...request);
    if (!String(request[0]).endsWith('/v1/token')) return response;
    return Response.json({ ...((await response.json()) as object), ...members });
  };
}

it('refreshes a token by alarm before it goes stale', async () => {
  await expect.poll(alarmIn).toBeGreaterThan(53 * MINUTE);
  expect(alarmIn()).toBeLessThan(55 * MINUTE);
  harness.host.skew = 54.5 * MINUTE;
  await harness.session.runMaintenance();
  expect(refreshes()).toBe(1);
  expect(alarmIn()).toBeGreaterThan(53 * MINUTE);
  // The token is used without a request now.
  await harness.session.accessToken('profile');
  expect(refreshes()).toBe(1);
});

it('refreshes a token at the next wake if the machine slept through the alarm', async () => {
  harness.host.skew = 9 * HOUR;
  await harness.restart();
  expect(refreshes()).toBe(1);
});

it('refreshes tokens of ten minutes or more ahead, those of thirty seconds on demand', async () => {
  lives(30_000);
  await harness.session.runMaintenance();
  expect(harness.host.alarms.has('fxa:renewal')).toBe(false);
  harness.host.skew = 28_000;
  await harness.session.runMaintenance();
  expect(refreshes()).toBe(0);
  await harness.session.accessToken('profile');
  expect(refreshes()).toBe(1);
});

it('keeps a token of 48 hours for almost as long', async () => {
  lives(48 * HOUR);
  harness.host.skew = 47 * HOUR;
  await harness.session.runMaintenance();
  await harness.session.accessToken('profile');
  expect(refreshes()).toBe(0);
  harness.host.skew = 47.95 * HOUR;
  await harness.session.runMaintenance();
  expect(refreshes()).toBe(1);
});

describe.each([
  ['a day back', -24 * HOUR],
  ['ten years back', -10 * 365 * 24 * HOUR],
  ['a day ahead', 24 * HOUR],
  ['ten years ahead', 10 * 365 * 24 * HOUR],
])('a clock that jumps %s', (_how, jump) => {
  it('costs one refresh, and doesn’t end the session', async () => {
    harness.host.skew = jump;
    await harness.session.refreshProfile();
    await harness.session.runMaintenance();
    expect(refreshes()).toBe(1);
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    expect(harness.view()).not.toHaveProperty('problem');
    harness.host.skew = 0;
    await harness.session.refreshProfile();
    await harness.session.runMaintenance();
    expect(refreshes()).toBeLessThanOrEqual(2);
    expect(alarmIn()).toBeLessThan(HOUR);
  });
});

it('fetches a token unasked, some time after the browser starts', async () => {
  harness.host.memory.clear();
  harness.host.alarms.clear();
  await harness.restart();
  expect(refreshes()).toBe(0);
  expect(alarmIn()).toBeGreaterThan(MINUTE);
  expect(alarmIn()).toBeLessThan(6 * MINUTE);
  harness.host.skew = 6 * MINUTE;
  await harness.restart();
  expect(refreshes()).toBe(1);
});

it('retries a failed refresh less and less often, and keeps the session', async () => {
  const network = harness.host.fetch;
  harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  harness.host.skew = 2 * HOUR;
  const waits: number[] = [];
  for (let time = 0; time < 8; time++) {
    await harness.session.runMaintenance();
    waits.push(Math.round(alarmIn() / 1000) * 1000);
    harness.host.skew += alarmIn();
  }
  expect(waits).toEqual([...waits].sort((one, other) => one - other));
  expect(waits[0]).toBeLessThan(2 * MINUTE);
  expect(waits.at(-1)).toBeLessThan(1.3 * HOUR);
  expect(harness.view()).toMatchObject({ status: 'signedIn' });
  harness.host.fetch = network;
  await harness.session.runMaintenance();
  expect(alarmIn()).toBeGreaterThan(50 * MINUTE);
});

describe('a host that asks for a pause', () => {
  const busy = (init: ResponseInit, body: object) => {
    const network = harness.host.fetch;
    harness.host.fetch = (input, request) => {
      if (!String(input).endsWith('/v1/token')) return network(input, request);
      asked.push('busy');
      return Promise.resolve(Response.json(body, init));
    };
    return () => {
      harness.host.fetch = network;
    };
  };

  it.each([
    ['in the header', { status: 429, headers: { 'retry-after': '600' } }, { code: 429, errno: 114 }],
    ['in seconds', { status: 429 }, { code: 429, errno: 114, retryAfter: 600 }],
    ['in milliseconds', { status: 429 }, { code: 429, errno: 114, retryAfter: 600_000 }],
    ['switched off', { status: 503 }, { code: 503, errno: 202, retryAfter: 600 }],
  ])('%s gets no request until then, and a little longer', async (_how, init, body) => {
    const free = busy(init, body);
    harness.host.skew = 2 * HOUR;
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ retryAfter: 600 });
    free();
    asked.length = 0;

    const later = harness.host.skew;
    await harness.restart();
    await harness.session.refreshProfile();
    await harness.session.signIn();
    expect(asked).toEqual([]);
    expect(harness.view().problem?.retryAfter).toBeGreaterThan(590);
    harness.host.skew = later + 10 * MINUTE;
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({
      retryAfter: expect.any(Number) as number,
    });
    expect(asked).toEqual([]);

    harness.host.skew = later + 13 * MINUTE;
    await harness.session.accessToken('profile');
    expect(refreshes()).toBe(1);
    expect(harness.view().status).toBe('signedIn');
  });

  it('gets a minute if it doesn’t say how long', async () => {
    const free = busy({ status: 429 }, { code: 429, errno: 114 });
    harness.host.skew = 2 * HOUR;
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ code: 'rate_limited' });
    free();
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ code: 'rate_limited' });
    harness.host.skew += 2 * MINUTE;
    await harness.session.accessToken('profile');
  });

  it('gets requests again when the pause came from a wrong clock', async () => {
    harness.host.skew = 365 * 24 * HOUR;
    const free = busy({ status: 429 }, { code: 429, errno: 114, retryAfter: 600 });
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ code: 'rate_limited' });
    free();
    harness.host.skew = 0;
    await harness.session.accessToken('profile');
  });
});

describe('a token unusable here but alive at the server is destroyed:', () => {
  const afterSignOut = async () => {
    await harness.session.signOut();
    await harness.session.runMaintenance();
    await expect.poll(harness.liveTokens).toBe(0);
  };

  it('one that expired by a fast clock', async () => {
    harness.host.skew = 2 * HOUR;
    await harness.session.accessToken('profile');
    harness.host.skew = 0;
    await afterSignOut();
  });

  it('one from a rejected answer', async () => {
    const network = harness.host.fetch;
    tokenAnswersSay({ token_type: 'mac' });
    harness.host.skew = 58 * MINUTE;
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ reason: 'token_response' });
    harness.host.fetch = network;
    harness.host.skew = 0;
    await afterSignOut();
  });
});

it('doesn’t ask every minute when a server grants less than before', async () => {
  tokenAnswersSay({ scope: 'profile:uid' });
  for (let minute = 0; minute < 30; minute++) {
    harness.host.skew = HOUR + minute * MINUTE;
    await harness.session.runMaintenance();
  }
  expect(refreshes()).toBeLessThan(7);
});

it('fails before opening a window if the token endpoint asked for a pause', async () => {
  const network = harness.host.fetch;
  harness.host.fetch = (...request) =>
    String(request[0]).includes('/v1/destroy')
      ? Promise.resolve(Response.json({ code: 503 }, { status: 503, headers: { 'retry-after': '600' } }))
      : network(...request);
  await harness.session.signOut();
  await harness.session.runMaintenance();
  harness.host.fetch = network;
  const { opened } = harness.host.windows;
  await harness.session.signIn();
  expect(harness.view().problem).toMatchObject({ code: 'server_unavailable' });
  expect(harness.host.windows.opened).toBe(opened);
});
