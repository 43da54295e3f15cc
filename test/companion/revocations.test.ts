// Revocations: the grant of a signed-out session is destroyed at Mozilla accounts despite failures on the way.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRevoker, type Revoke } from '../../src/companion/jobs/revocations.ts';
import { createEndpoints, type CurrentEndpoints } from '../../src/companion/endpoints.ts';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import { refreshTokenId } from '../../src/fxa/tokens.ts';
import type { Fault } from '../../src/mock-accounts/faults/model.ts';
import { CLIENT } from './fakes/mock-and-companion.ts';
import { createHarness, type Harness } from './fakes/mock-and-companion.ts';
import type { FakeStore } from './fakes/store.ts';

const DAY_MS = 86_400_000;

let harness: Harness<FakeStore>;
let revoke: Revoke;
let reported: string[];
let asked: number;

beforeEach(async () => {
  harness = await createHarness();
  reported = [];
  asked = 0;
  const counted: typeof fetch = (...request) => {
    asked += 1;
    return fetch(...request);
  };
  revoke = revoker(counted);
});
afterEach(() => harness.mock.stop());

function revoker(fetcher: typeof fetch, known?: CurrentEndpoints): Revoke {
  const { store, clock, mock } = harness;
  const now = () => clock.now;
  const http = { fetch: fetcher, now };
  return createRevoker({
    store,
    endpoints: known ?? createEndpoints({ first: mockServerEndpoints(mock.origin), http, now }),
    http,
    now,
    random: () => 0,
    report: (outcome) => void reported.push(outcome),
  });
}

/** A live grant, queued for revocation. */
async function queuedGrant(): Promise<string> {
  const { refresh_token: token } = await harness.driver.tokens({ scope: CLIENT.scope });
  const id = await refreshTokenId(String(token));
  const { clientId } = CLIENT;
  harness.store.rows.revocations.set(id, {
    refreshTokenId: id,
    clientId,
    attempts: 0,
    age: 0,
    wait: 0,
  });
  return id;
}

const row = (id: string) => harness.store.rows.revocations.get(id);
const wait = (id: string) => row(id)?.wait ?? 0;
const live = () => harness.mock.store.liveGrants({ clientId: CLIENT.clientId }).length;
const goesWrong = (what: Fault['what'], times = 1) => {
  harness.mock.faults.set([{ where: 'destroy', what, times }]);
};

describe('a revocation', () => {
  it('destroys the grant and is removed', async () => {
    const id = await queuedGrant();
    await revoke(id);
    expect([live(), row(id), reported]).toEqual([0, undefined, ['done']]);
  });

  it('is removed when the grant is already gone', async () => {
    const id = await queuedGrant();
    goesWrong({ kind: 'drop-after' });
    await revoke(id);
    expect([live(), row(id)?.why]).toEqual([0, 'offline']);
    // The response 400 with errno 108.
    await revoke(id);
    expect([row(id), reported]).toEqual([undefined, ['postponed', 'done']]);
  });

  it('does nothing once it is no longer queued', async () => {
    await revoke('a'.repeat(64));
    expect([asked, reported]).toEqual([0, []]);
  });

  it.each<[string, Fault['what'], string]>([
    ['an error of the server', { kind: 'status', status: 500 }, 'server_unavailable'],
    ['no connection', { kind: 'drop' }, 'offline'],
    ['a page', { kind: 'html' }, 'bad_response'],
    ['half an answer', { kind: 'truncated', cut: 'json' }, 'bad_response'],
    ['a route that is missing', { kind: 'status', status: 404 }, 'misconfigured'],
    ['a blocked request', { kind: 'status', status: 429 }, 'rate_limited'],
  ])('is tried again after %s', async (_name, what, why) => {
    const id = await queuedGrant();
    goesWrong(what);
    await revoke(id);
    expect(row(id)).toMatchObject({ attempts: 1, why });
    expect(wait(id)).toBeGreaterThanOrEqual(5000);
    harness.clock.now += wait(id) + 60_000;
    await revoke(id);
    expect([row(id), live()]).toEqual([undefined, 0]);
  });

  it('moves with the server', async () => {
    const id = await queuedGrant();
    const { origin } = harness.mock;
    const moved: typeof fetch = (input, init) => {
      const { pathname } = new URL(String(input));
      if (pathname === '/.well-known/openid-configuration')
        return Promise.resolve(
          Response.json({
            issuer: origin,
            token_endpoint: `${origin}/moved/v1/token`,
            userinfo_endpoint: `${origin}/v1/profile`,
          }),
        );
      return pathname.startsWith('/moved/')
        ? fetch(origin + pathname.slice('/moved'.length), init)
        : Promise.resolve(new Response('', { status: 404 }));
    };
    await revoker(moved)(id);
    expect([live(), row(id), reported]).toEqual([0, undefined, ['done']]);
  });

  it('stays where the server that answers now revokes by the token alone', async () => {
    const id = await queuedGrant();
    const next = createEndpoints({
      first: { ...mockServerEndpoints(harness.mock.origin), dialect: 'oauth2' },
      http: { fetch: () => Promise.reject(new TypeError('fetch failed')) },
      now: Date.now,
    });
    await revoker(fetch, next)(id);
    expect([live(), row(id)?.why]).toEqual([1, 'unsupported']);
  });

  it('waits twice as long each time', async () => {
    const id = await queuedGrant();
    goesWrong({ kind: 'drop' }, 3);
    const waits: number[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      await revoke(id);
      waits.push(wait(id));
    }
    expect(waits).toEqual([5000, 10_000, 20_000]);
  });

  it('respects Retry-After for this and all other revocations', async () => {
    const [first, second] = [await queuedGrant(), await queuedGrant()];
    goesWrong({ kind: 'status', status: 503, retryAfter: 120 });
    await revoke(first);
    expect(wait(first)).toBe(120_000);
    harness.clock.now += 20_000;
    await revoke(second);
    expect([asked, wait(second), row(second)?.why]).toEqual([1, 100_000, 'server_unavailable']);
    harness.clock.now += 100_000;
    for (const id of [first, second]) await revoke(id);
    expect([live(), harness.store.rows.revocations.size, asked]).toEqual([0, 0, 3]);
  });

  it.each<[string, Fault['what'], string]>([
    ['a client Mozilla accounts does not know', { kind: 'status', status: 400, errno: 101 }, 'misconfigured'],
    ['a parameter it refuses', { kind: 'status', status: 400, errno: 109 }, 'invalid_request'],
  ])('is set aside for %s', async (_name, what, why) => {
    const id = await queuedGrant();
    goesWrong(what);
    await revoke(id);
    expect(row(id)).toMatchObject({ setAside: why });
    expect(reported).toEqual(['set_aside']);
    expect(await harness.store.revocation(id)).toBeUndefined();
  });

  it('is given up after 30 days, not earlier', async () => {
    const id = await queuedGrant();
    goesWrong({ kind: 'drop' }, 2);
    Object.assign(row(id) ?? {}, { age: 30 * DAY_MS });
    await revoke(id);
    expect(row(id)?.setAside).toBeUndefined();
    Object.assign(row(id) ?? {}, { age: 30 * DAY_MS + 1 });
    await revoke(id);
    expect(row(id)).toMatchObject({ setAside: 'given_up' });
  });

  it('can be aborted, and is retried', async () => {
    const id = await queuedGrant();
    goesWrong({ kind: 'silence' });
    const ending = new AbortController();
    const tried = revoke(id, ending.signal);
    await expect.poll(() => asked).toBe(1);
    ending.abort();
    await tried;
    expect(row(id)).toMatchObject({ attempts: 1, why: 'cancelled' });
  });

  it('leaves its row unchanged when the store fails, without naming an id', async () => {
    const id = await queuedGrant();
    harness.store.revoked = () => Promise.reject(new Error('The database is away'));
    await expect(revoke(id)).rejects.toThrow('The database is away');
    expect(row(id)).toMatchObject({ attempts: 0 });
    expect(JSON.stringify(reported)).not.toContain(id);
  });
});
