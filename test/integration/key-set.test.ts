// The public keys at sign-in: cached as long as the server allows, an hour at most, and refetched for an unknown key.
import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

const MINUTE = 60_000;

let harness: Harness;
afterEach(() => harness.stop());

/** How often the keys were requested; `cacheControl` overrides the server's header. */
function counting(cacheControl: string | null): { fetched: number } {
  const counted = { fetched: 0 };
  const network = harness.host.fetch;
  harness.host.fetch = async (input, init) => {
    const response = await network(input, init);
    if (!String(input).endsWith('/v1/jwks')) return response;
    counted.fetched += 1;
    const headers = new Headers(response.headers);
    if (cacheControl === null) headers.delete('cache-control');
    else headers.set('cache-control', cacheControl);
    return new Response(response.body, { status: response.status, headers });
  };
  return counted;
}

const signsIn = async () => {
  await harness.session.signOut();
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({ status: 'signedIn' });
};

describe('the key set is fetched once', () => {
  it.each([
    ['for as long as the server says', 'max-age=600, must-revalidate, public', 5 * MINUTE, 10 * MINUTE],
    ['for an hour, where the server says a day', 'max-age=86400', 55 * MINUTE, 60 * MINUTE],
    ['for an hour, where the server says nothing', null, 55 * MINUTE, 60 * MINUTE],
  ])('%s', async (_what, cacheControl, within, after) => {
    harness = await createHarness('today');
    const keys = counting(cacheControl);
    await signsIn();
    const { skew } = harness.host;
    harness.host.skew = skew + within;
    await signsIn();
    expect(keys.fetched).toBe(1);
    harness.host.skew = skew + after;
    await signsIn();
    expect(keys.fetched).toBe(2);
  });

  it('also after the background died, but not after the browser restarted', async () => {
    harness = await createHarness('today');
    const keys = counting('max-age=3600');
    await signsIn();
    await harness.restart();
    await signsIn();
    expect(keys.fetched).toBe(1);
    harness.host.memory.clear();
    await harness.restart();
    await signsIn();
    expect(keys.fetched).toBe(2);
  });
});

describe('the key set is fetched again', () => {
  it('for a key that isn’t in the cached set', async () => {
    harness = await createHarness('today');
    const keys = counting('max-age=3600');
    await signsIn();
    harness.mock.faults.change({ keyRotations: 1 });
    await signsIn();
    expect(keys.fetched).toBe(2);
    await signsIn();
    expect(keys.fetched).toBe(2);
  });

  it.each(['no-store', 'private, no-cache', 'max-age=0'])('each time if the server says %s', async (says) => {
    harness = await createHarness('today');
    const keys = counting(says);
    await signsIn();
    await signsIn();
    expect(keys.fetched).toBe(2);
  });

  it('when the clock was set back', async () => {
    harness = await createHarness('today');
    const keys = counting('max-age=3600');
    await signsIn();
    harness.host.skew -= 2 * 60 * MINUTE;
    await signsIn();
    expect(keys.fetched).toBe(2);
  });

  it('at another server', async () => {
    harness = await createHarness('today');
    const keys = counting('max-age=3600');
    await signsIn();
    const kept = harness.host.memory.get('keySet') as { url: string };
    harness.host.memory.set('keySet', { ...kept, url: 'https://elsewhere.example/v1/jwks' });
    await signsIn();
    expect(keys.fetched).toBe(2);
  });

  it('if the cache can’t be read', async () => {
    harness = await createHarness('today');
    const keys = counting('max-age=3600');
    await signsIn();
    harness.host.memory.set('keySet', 'nonsense');
    await signsIn();
    expect(keys.fetched).toBe(2);
  });
});
