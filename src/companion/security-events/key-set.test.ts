import { describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../fxa/environments.ts';
import { createEndpoints } from '../endpoints.ts';
import { KeysUnavailable, createKeySet } from './key-set.ts';
import { Refusal } from './refusal.ts';
import { signer } from './testing/tokens.ts';

const [first, second] = [signer('first'), signer('second')];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A server of keys, and a clock. */
function setup() {
  const setup = {
    now: 1_000_000_000_000,
    keys: [first.jwk] as unknown[],
    answer: (): Promise<Response> => Promise.resolve(Response.json({ keys: setup.keys })),
    fetches: 0,
    reports: 0,
  };
  const fetch = (input: unknown) => {
    if (!String(input).endsWith('/v1/jwks')) return down();
    setup.fetches += 1;
    return setup.answer();
  };
  const asking = { http: { fetch }, now: () => setup.now };
  const findKey = createKeySet({
    endpoints: createEndpoints({ first: mockServerEndpoints('http://127.0.0.1:1'), ...asking }),
    ...asking,
    report: () => (setup.reports += 1),
  });
  const find = async (kid: string): Promise<string> => {
    try {
      const key = await findKey(kid);
      const { n } = key.export({ format: 'jwk' });
      return n === first.jwk.n ? 'first' : n === second.jwk.n ? 'second' : 'another';
    } catch (error) {
      if (error instanceof Refusal) return error.reason;
      if (error instanceof KeysUnavailable) return `${error.why} ${error.retryAfter}`;
      throw error;
    }
  };
  /** Lets what goes on behind an answer come to its end. */
  const backgroundDone = () => new Promise((resolve) => setTimeout(resolve, 5));
  return Object.assign(setup, { find, backgroundDone, findKey });
}
const down = () => Promise.reject(new TypeError('fetch failed'));
const status =
  (code: number, headers = {}) =>
  () =>
    Promise.resolve(Response.json({}, { status: code, headers }));

describe('a key set', () => {
  it('is fetched on first use, and not again for ten minutes', async () => {
    const w = setup();
    expect(w.fetches).toBe(0);
    expect(await w.find('first')).toBe('first');
    w.now += 10 * MINUTE;
    expect(await w.find('first')).toBe('first');
    expect(w.fetches).toBe(1);
    expect(w.findKey('first')).not.toBeInstanceOf(Promise);
  });

  it('is refreshed in the background after ten minutes', async () => {
    const w = setup();
    await w.find('first');
    w.now += 11 * MINUTE;
    let open: (response: Response) => void = () => {};
    w.answer = () => new Promise((resolve) => (open = resolve));
    expect(await w.find('first')).toBe('first');
    expect(await w.find('first')).toBe('first');
    expect(w.fetches).toBe(2);
    open(Response.json({ keys: [first.jwk, second.jwk] }));
    await w.backgroundDone();
    expect(await w.find('second')).toBe('second');
    expect(w.fetches).toBe(2);
  });

  it('is refreshed before answering after an hour', async () => {
    const w = setup();
    await w.find('first');
    w.now += HOUR + 1;
    w.keys = [second.jwk];
    expect(await w.find('first')).toBe('key');
    expect(await w.find('second')).toBe('second');
    expect(w.fetches).toBe(2);
  });

  it('is fetched once for concurrent lookups of a new key', async () => {
    const w = setup();
    await w.find('first');
    w.now += 31 * SECOND;
    w.keys = [first.jwk, second.jwk];
    const asked = await Promise.all(Array.from({ length: 50 }, () => w.find('second')));
    expect(new Set(asked)).toEqual(new Set(['second']));
    expect(w.fetches).toBe(2);
  });

  it('reports a key as missing only right after a fetch', async () => {
    const w = setup();
    const asked = await Promise.all(Array.from({ length: 200 }, (_, n) => w.find(`made-up-${n}`)));
    expect(new Set(asked)).toEqual(new Set(['key']));
    expect(await w.find('made-up')).toBe('keys_just_read 30');
    w.now += 29_500;
    expect(await w.find('second')).toBe('keys_just_read 1');
    expect(w.fetches).toBe(1);
    w.now += 500;
    expect(await w.find('second')).toBe('key');
    expect(w.fetches).toBe(2);
  });

  it('accepts a withdrawn key for an hour', async () => {
    const w = setup();
    await w.find('first');
    w.now += MINUTE;
    w.keys = [second.jwk];
    expect(await w.find('second')).toBe('second');
    w.now += 58 * MINUTE;
    expect(await w.find('first')).toBe('first');
    await w.backgroundDone();
    w.now += 2 * MINUTE;
    expect(await w.find('first')).toBe('key');
    expect(await w.find('second')).toBe('second');
  });

  it('replaces a key when its id gets a new one', async () => {
    const w = setup();
    await w.find('first');
    w.now += 11 * MINUTE;
    w.keys = [{ ...second.jwk, kid: 'first' }];
    await w.find('first');
    await w.backgroundDone();
    expect(await w.find('first')).toBe('second');
  });

  it('is refetched when the clock was set back', async () => {
    const w = setup();
    await w.find('first');
    w.now -= 24 * HOUR;
    expect(await w.find('first')).toBe('first');
    expect(w.fetches).toBe(2);
    w.now += MINUTE;
    expect(await w.find('second')).toBe('key');
    expect(w.fetches).toBe(3);
  });
});

describe('when Mozilla accounts is down', () => {
  it('lookups reject with KeysUnavailable, and are retried after five seconds', async () => {
    const w = setup();
    const { answer } = w;
    w.answer = down;
    expect(await w.find('first')).toBe('keys_unreachable 5');
    expect(await w.find('first')).toBe('keys_unreachable 5');
    expect(w.fetches).toBe(1);
    w.now += 5 * SECOND;
    w.answer = answer;
    expect(await w.find('first')).toBe('first');
    expect(await w.find('second')).toBe('keys_just_read 30');
  });

  it('known keys are accepted for a day', async () => {
    const w = setup();
    await w.find('first');
    w.answer = down;
    w.now += 23 * HOUR;
    expect(await w.find('first')).toBe('first');
    expect(await w.find('second')).toBe('keys_unreachable 5');
    expect([w.fetches, w.reports]).toEqual([2, 1]);
    w.now += HOUR + SECOND;
    expect(await w.find('first')).toBe('keys_unreachable 5');
  });

  it('Retry-After is respected', async () => {
    const w = setup();
    w.answer = status(503, { 'retry-after': '120' });
    expect(await w.find('first')).toBe('keys_unreachable 120');
    w.now += 119 * SECOND;
    expect(await w.find('first')).toBe('keys_unreachable 1');
    expect(w.fetches).toBe(1);
  });

  it.each<[string, () => Promise<Response>]>([
    ['a page', () => Promise.resolve(new Response('<html>'))],
    ['an error', status(500)],
    ['no content', () => Promise.resolve(new Response(null, { status: 204 }))],
    ['an empty set', () => Promise.resolve(Response.json({ keys: [] }))],
    ['an endless one', () => Promise.resolve(Response.json({ keys: [second.jwk], x: 'x'.repeat(65536) }))],
    ['a broken connection', down],
  ])('known keys survive %s', async (_what, answer) => {
    const w = setup();
    await w.find('first');
    w.answer = answer;
    w.now += 31 * SECOND;
    expect(await w.find('second')).toBe('keys_unreachable 5');
    expect(await w.find('first')).toBe('first');
  });
});
