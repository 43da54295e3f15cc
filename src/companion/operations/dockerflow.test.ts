import { afterEach, expect, it, vi } from 'vitest';
import { NO_STATE } from '../http/testing.ts';
import { createClocks } from './clock.ts';
import { dockerflow } from './dockerflow.ts';
import { createHealth, type HealthParts } from './health.ts';

const VERSION = { source: 'https://example.com/repository', version: '1.2.3', commit: 'abc', build: 'b' };
const NOW = 1_800_000_000_000;
const never = () => new Promise<never>(() => {});
const answers = () => Promise.resolve(new Response());

const storeThat = (more: Partial<HealthParts['store']> = {}): HealthParts['store'] => ({
  ping: () => Promise.resolve(NOW),
  revocationState: () => Promise.resolve(NO_STATE.revocations),
  ...more,
});

function app(parts: Partial<HealthParts> = {}, stopping = () => false) {
  const health = createHealth({
    store: storeThat(),
    discovery: 'https://accounts.example/.well-known/openid-configuration',
    fetch: answers,
    clocks: createClocks(),
    now: () => NOW,
    ...parts,
  });
  return dockerflow({ health, stopping, version: VERSION });
}
async function beat(options: Partial<HealthParts> = {}) {
  const answer = await app(options).request('/__heartbeat__');
  return { status: answer.status, found: (await answer.json()) as { status: string; checks: object } };
}

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('answers __lbheartbeat__ with 200 whatever is broken', async () => {
  const answer = await app({ store: storeThat({ ping: never }), fetch: never }).request('/__lbheartbeat__');
  expect(answer.status).toBe(200);
});

it('answers __version__ with the version', async () => {
  expect(await (await app().request('/__version__')).json()).toEqual(VERSION);
});

it('answers __heartbeat__ with ok when all checks pass', async () => {
  expect(await beat()).toEqual({
    status: 200,
    found: {
      status: 'ok',
      checks: { database: 'ok', revocations: 'ok', accounts: 'ok', clock: 'ok', events: 'ok' },
      details: { oldestRevocation: 0, databaseClock: 0 },
    },
  });
});

it.each([
  ['refuses', () => Promise.reject(new Error('canary'))],
  ['is silent', never],
])('says 503 when the database %s, within a second or two', async (_how, ping) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let answer: Awaited<ReturnType<typeof beat>> | undefined;
  void beat({ store: storeThat({ ping, revocationState: ping }) }).then((found) => (answer = found));
  await vi.advanceTimersByTimeAsync(3000);
  vi.useRealTimers();
  await expect
    .poll(() => answer)
    .toMatchObject({
      status: 503,
      found: { checks: { database: 'error', accounts: 'ok' } },
    });
  expect(JSON.stringify(answer)).not.toContain('canary');
});

it('warns when Mozilla accounts does not answer, without a long wait', async () => {
  let aborted = false;
  const silent: typeof fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => {
        aborted = true;
        reject(new Error('aborted'));
      });
    });
  const limits = vi.spyOn(AbortSignal, 'timeout');
  const { status, found } = await beat({ fetch: silent });
  expect([status, found.status]).toEqual([200, 'warning']);
  expect(found.checks).toMatchObject({ database: 'ok', accounts: 'warning' });
  expect(limits.mock.calls).toEqual([[3000]]);
  expect(aborted).toBe(true);
});

it.each([
  ['cannot be reached', () => Promise.reject(new TypeError('canary'))],
  ['answers with an error', () => Promise.resolve(new Response('canary', { status: 500 }))],
])('warns when Mozilla accounts %s', async (_how, ask) => {
  const { status, found } = await beat({ fetch: ask });
  expect([status, found]).toMatchObject([200, { status: 'warning', checks: { accounts: 'warning' } }]);
  expect(JSON.stringify(found)).not.toContain('canary');
});

it('warns with 200 while no notifications arrive', async () => {
  expect((await beat({ isDeaf: () => false })).found.checks).toMatchObject({ notifications: 'ok' });
  const { status, found } = await beat({ isDeaf: () => true });
  expect([status, found]).toMatchObject([
    200,
    { status: 'warning', checks: { database: 'ok', notifications: 'warning' } },
  ]);
});

it('warns when a revocation has waited longer than an hour', async () => {
  const waiting = (seconds: number) =>
    storeThat({
      revocationState: () => Promise.resolve({ pending: 1, oldest: NOW - seconds * 1000, setAside: [] }),
    });
  expect((await beat({ store: waiting(3600) })).found.checks).toMatchObject({ revocations: 'ok' });
  const { status, found } = await beat({ store: waiting(3601) });
  expect([status, found]).toMatchObject([
    200,
    { checks: { revocations: 'warning' }, details: { oldestRevocation: 3601 } },
  ]);
});

it('warns with 200 while the events of a client are overdue, and names it', async () => {
  const age = { client: 'notes', lastAt: undefined, age: 61, expectedEvery: 60 };
  const { status, found } = await beat({ eventAges: () => Promise.resolve([age]) });
  expect([status, found]).toMatchObject([
    200,
    { status: 'warning', checks: { database: 'ok', events: 'warning' }, details: { silent: ['notes'] } },
  ]);
  const unknown = await beat({ eventAges: () => Promise.reject(new Error('canary')) });
  expect([unknown.status, unknown.found.checks]).toMatchObject([200, { events: 'warning' }]);
});

it('queries the database every second and Mozilla accounts every ten, at any load', async () => {
  let now = NOW;
  const asked = { database: 0, accounts: 0 };
  const asking = app({
    now: () => now,
    store: storeThat({
      ping: () => {
        asked.database += 1;
        return Promise.resolve(NOW);
      },
    }),
    fetch: () => {
      asked.accounts += 1;
      return answers();
    },
  });
  await Promise.all(Array.from({ length: 10 }, () => Promise.resolve(asking.request('/__heartbeat__'))));
  expect(asked).toEqual({ database: 1, accounts: 1 });
  now += 1000;
  await asking.request('/__heartbeat__');
  expect(asked).toEqual({ database: 2, accounts: 1 });
  now += 9000;
  await asking.request('/__heartbeat__');
  expect(asked).toEqual({ database: 3, accounts: 2 });
});

it.each(['/__heartbeat__', '/__lbheartbeat__'])('answers %s with 503 when about to stop', async (path) => {
  let stopping = false;
  const asking = app({}, () => stopping);
  expect((await asking.request(path)).status).toBe(200);
  stopping = true;
  const answer = await asking.request(path);
  expect([answer.status, await answer.json()]).toEqual([503, { status: 'stopping' }]);
  expect(answer.headers.get('retry-after')).toBe('5');
});
