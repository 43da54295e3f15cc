// Each fault before `fetch`, compared with what the mock server answers under its own.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FxaError } from '../fxa/errors.ts';
import { fetchProfile } from '../fxa/profile.ts';
import { destroyAccessToken } from '../fxa/destroy.ts';
import { mockServerEndpoints } from '../fxa/environments.ts';
import { requestJson, type Http } from '../fxa/http.ts';
import type { FaultEffect } from '../mock-accounts/faults/model.ts';
import { PRESETS } from '../mock-accounts/faults/presets.ts';
import { fresh } from '../mock-accounts/testing/fresh.ts';
import { clockError, parseSimulatedFault, SIMULATED_FAULTS, withFault } from './simulated-faults.ts';

const { mock } = fresh('today');
const endpoints = mockServerEndpoints(mock.context.origin);
const deployment = { name: 'local', clientId: 'a1b2c3d4e5f60001', endpoints } as const;
const TOKEN = 'ab'.repeat(32);
/** Requests that reached the server. */
let reached: string[] = [];
const server: typeof fetch = async (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  reached.push(url);
  return mock.app.request(url, init);
};

afterEach(() => {
  reached = [];
  mock.faults.clear();
  vi.useRealTimers();
});

const CALLS = {
  keys: (http: Http) => requestJson(http, 'keys', endpoints.jwks, { method: 'GET' }),
  profile: (http: Http) => fetchProfile(deployment, TOKEN, http),
};
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'success',
    (error: unknown) => {
      const { code, reason, status, errno, retryAfter } = error as FxaError;
      return { code, reason, status, errno, retryAfter };
    },
  );

describe.each(['keys', 'profile'] as const)('a request for %s', (call) => {
  const simulated = (fault: (typeof SIMULATED_FAULTS)[number]) =>
    outcome(CALLS[call]({ fetch: withFault(server, fault) }));
  const atServer = (what: FaultEffect) => {
    mock.faults.set([{ where: 'any', what }]);
    return outcome(CALLS[call]({ fetch: server }));
  };

  it.each([
    ['offline', PRESETS.offline.fault.what],
    ['rateLimited', PRESETS['rate-limited'].fault.what],
    ['unavailable', PRESETS.unavailable.fault.what],
    ['html', PRESETS.html.fault.what],
  ] as const)(
    'fails under %s as under the fault of the mock server, without reaching it',
    async (fault, what) => {
      const here = await simulated(fault);
      expect(reached).toEqual([]);
      expect(here).not.toBe('success');
      expect(here).toEqual(await atServer(what));
    },
  );

  it('meets 401 only where it carries an access token', async () => {
    const here = await simulated('unauthorized');
    if (call === 'keys') expect(here).toBe('success');
    else {
      expect(reached).toEqual([]);
      expect(here).toMatchObject({ code: 'token_rejected' });
      expect(here).toEqual(await atServer({ kind: 'status', status: 401 }));
    }
  });

  it('that nothing answers ends when the client gives up', async () => {
    const http = { fetch: withFault(server, 'silence'), timeout: 20 };
    expect(await outcome(CALLS[call](http))).toMatchObject({ code: 'server_unavailable' });
    const giveUp = new AbortController();
    const waiting = outcome(CALLS[call]({ fetch: withFault(server, 'silence'), signal: giveUp.signal }));
    giveUp.abort();
    expect(await waiting).toMatchObject({ code: 'cancelled' });
    expect(reached).toEqual([]);
  });
});

describe('a slow request', () => {
  it('reaches the server as late as at the slow mock server', async () => {
    vi.useFakeTimers();
    const asked = outcome(CALLS.keys({ fetch: withFault(server, 'slow') }));
    await vi.advanceTimersByTimeAsync(PRESETS.slow.fault.what.ms - 1);
    expect(reached).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await asked).toBe('success');
  });

  it('never reaches the server once the client has given up', async () => {
    vi.useFakeTimers();
    const giveUp = new AbortController();
    const asked = outcome(CALLS.keys({ fetch: withFault(server, 'slow'), signal: giveUp.signal }));
    giveUp.abort();
    expect(await asked).toMatchObject({ code: 'cancelled' });
    await vi.runAllTimersAsync();
    expect(reached).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it.each(SIMULATED_FAULTS)('%s never confirms that a token was destroyed', async (fault) => {
  const http = { fetch: withFault(server, fault), timeout: 20 };
  for (const dialect of [undefined, 'oauth2'] as const) {
    const where = { ...deployment, endpoints: { ...endpoints, ...(dialect && { dialect }) } };
    const destroyed = await destroyAccessToken(where, TOKEN, http).then(String, () => 'failed');
    // What the server itself says counts.
    if (reached.length === 0) expect(destroyed).toBe('failed');
  }
});

it('the clock is a day off where it is wrong, as that of the mock server, and requests pass', async () => {
  const seconds = PRESETS['day-ahead'].change().clockSkew;
  expect([undefined, ...SIMULATED_FAULTS].filter((fault) => clockError(fault) !== 0)).toEqual([
    'dayAhead',
    'dayBehind',
  ]);
  expect([clockError('dayAhead'), clockError('dayBehind')]).toEqual([seconds * 1000, -seconds * 1000]);
  for (const fault of [undefined, 'dayAhead', 'dayBehind'] as const)
    expect(await outcome(CALLS.keys({ fetch: withFault(server, fault) }))).toBe('success');
  expect(reached).toHaveLength(3);
});

it('only the names of faults are read', () => {
  expect(SIMULATED_FAULTS.map(parseSimulatedFault)).toEqual(SIMULATED_FAULTS);
  for (const other of ['', 'none', 'toString', null, undefined, 0, ['offline']])
    expect(parseSimulatedFault(other)).toBeUndefined();
});
