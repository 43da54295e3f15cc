import { LRUCache } from 'lru-cache';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cacheKeys, createTokenCache, type Accepted } from './cache.ts';
import { invalidToken } from './refusals.ts';
import { checking, client, NOW, SECRET, TOKEN, UID } from './testing/fakes.ts';

const cacheKey = cacheKeys(SECRET);

afterEach(() => {
  vi.restoreAllMocks();
});

const accepted = (account: string, expiresAt?: number): Accepted => ({
  accounts: [account],
  token: { client: client(), uid: UID, scope: 'profile', ...(expiresAt && { expiresAt }) },
});
const refused = { refused: invalidToken('no') };

function filled(limits: { mostAccepted?: number; mostRefused?: number; acceptedFor?: number } = {}) {
  const clock = { now: NOW };
  return { clock, cache: createTokenCache({ now: () => clock.now, ...limits }) };
}

describe('a cached verdict is used', () => {
  it.each([
    ['five minutes, for a token that lives longer', accepted('ada', NOW + 3_600_000), 300_000],
    ['until the token ends', accepted('ada', NOW + 42_000), 42_000],
    ['one minute, when the expiry is unknown', accepted('ada'), 60_000],
    ['ten seconds, for a refusal', refused, 10_000],
  ])('%s', (_name, verdict, life) => {
    const { cache, clock } = filled();
    cache.keep('k', verdict);
    clock.now += life - 1;
    expect(cache.get('k')).toBe(verdict);
    clock.now += 1;
    expect(cache.get('k')).toBeUndefined();
    expect(cache.size).toEqual({ accepted: 0, refused: 0, accounts: 0 });
  });

  it('for the time that is set, at most five minutes', () => {
    for (const [acceptedFor, life] of [
      [0, 0],
      [10_000, 10_000],
      [3_600_000, 300_000],
    ] as const) {
      const { cache, clock } = filled({ acceptedFor });
      cache.keep('k', accepted('ada', NOW + 3_600_000));
      clock.now += life - 1;
      expect(cache.get('k') !== undefined).toBe(life > 0);
      clock.now += 1;
      expect(cache.get('k')).toBeUndefined();
    }
  });

  it('no longer when it is read in between', () => {
    const { cache, clock } = filled();
    cache.keep('k', accepted('ada', NOW + 3_600_000));
    for (let used = 0; used < 30; used += 1) {
      expect(cache.get('k')).toBeDefined();
      clock.now += 10_000;
    }
    expect(cache.get('k')).toBeUndefined();
  });

  it('not at all after the clock was set back', () => {
    const { cache, clock } = filled();
    cache.keep('k', accepted('ada', NOW + 3_600_000));
    clock.now -= 1;
    expect(cache.get('k')).toBeUndefined();
  });
});

describe('the cache size limits', () => {
  it('bound both the entries and the account index', () => {
    const { cache } = filled({ mostAccepted: 3, mostRefused: 2 });
    for (let one = 0; one < 50; one += 1) {
      cache.keep(`good ${one}`, accepted(`account ${one % 7}`));
      cache.keep(`bad ${one}`, refused);
    }
    expect(cache.size).toEqual({ accepted: 3, refused: 2, accounts: 3 });
  });

  it('are separate, so that invalid tokens evict no valid ones', () => {
    const { cache } = filled({ mostAccepted: 1, mostRefused: 5 });
    cache.keep('good', accepted('ada'));
    for (let one = 0; one < 100; one += 1) cache.keep(`bad ${one}`, refused);
    expect(cache.get('good')).toBeDefined();
  });

  it('default to ten thousand tokens', () => {
    const { cache } = filled();
    for (let one = 0; one < 10_100; one += 1) cache.keep(`good ${one}`, accepted('ada'));
    expect(cache.size).toEqual({ accepted: 10_000, refused: 0, accounts: 1 });
  });
});

it('evicts all tokens of an account and no others', () => {
  const { cache } = filled();
  cache.keep('one', accepted('ada'));
  cache.keep('two', accepted('ada'));
  cache.keep('other', accepted('lin'));
  cache.evict('ada');
  cache.evict('nobody');
  expect([cache.get('one'), cache.get('two')]).toEqual([undefined, undefined]);
  expect(cache.get('other')).toBeDefined();
  expect(cache.size.accounts).toBe(1);
});

it('keeps only the last verdict about a token', () => {
  const { cache } = filled();
  cache.keep('k', accepted('ada'));
  cache.keep('k', refused);
  expect(cache.get('k')).toBe(refused);
  cache.keep('k', accepted('lin'));
  expect(cache.size).toEqual({ accepted: 1, refused: 0, accounts: 1 });
  cache.evict('ada');
  expect(cache.get('k')).toBeDefined();
});

describe('a cache key', () => {
  it('is a keyed hash', () => {
    expect(cacheKey(TOKEN)).toMatch(/^[\w-]{43}$/);
    expect(cacheKeys(SECRET)(TOKEN)).toBe(cacheKey(TOKEN));
    expect(cacheKeys(new Uint8Array(32))(TOKEN)).not.toBe(cacheKey(TOKEN));
  });

  it('is the only trace of the token in the cache', async () => {
    const kept = vi.spyOn(LRUCache.prototype, 'set');
    const { check } = checking();
    await check(TOKEN);
    expect(kept).toHaveBeenCalledOnce();
    const [key, entry] = kept.mock.calls[0] ?? [];
    expect(key).toBe(cacheKey(TOKEN));
    expect(JSON.stringify(entry)).toContain(UID);
    expect(JSON.stringify(entry)).not.toContain(TOKEN);
  });
});
