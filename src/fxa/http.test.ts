import { afterEach, describe, expect, it, vi } from 'vitest';
import { fxaError, json, strictFetch } from '../../test/harness/fetch.ts';
import type { ExpectedRequest } from '../../test/harness/fetch.ts';
import { FxaError } from './errors.ts';
import type { Http } from './http.ts';
import { requestJson } from './http.ts';
import { failure } from './testing/deployment.ts';

const URL = 'https://oauth.example/v1/thing';

function get(answer: ExpectedRequest['answer'], http: Omit<Http, 'fetch'> = {}) {
  return requestJson({ fetch: strictFetch({ url: URL, answer }), ...http }, 'keys', URL, { method: 'GET' });
}

afterEach(() => {
  vi.useRealTimers();
});

describe('requestJson', () => {
  it('returns the JSON object of a response', async () => {
    expect(await get(json({ a: 1 }))).toEqual({ a: 1 });
  });

  it('sends only headers that the preflight allows', async () => {
    const fetch = strictFetch({
      method: 'POST',
      url: URL,
      form: { a: 'b' },
      authorization: 'Bearer t',
      answer: json({}),
    });
    const form = 'application/x-www-form-urlencoded';
    const headers = { Authorization: 'Bearer t', 'User-Agent': 'me', 'X-Other': 'x', 'Content-Type': form };
    expect(await requestJson({ fetch }, 'keys', URL, { method: 'POST', headers, body: 'a=b' })).toEqual({});
  });

  it.each([
    ['HTML', () => new Response('<h1>Hello</h1>', { headers: { 'content-type': 'text/html' } })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['an array', () => json([])],
    ['null', () => json(null)],
    ['a string', () => json('x')],
  ])('rejects %s', async (_what, answer) => {
    expect(await failure(get(answer))).toMatchObject({ code: 'bad_response', reason: 'not_json' });
  });

  it('maps error responses to codes', async () => {
    const answer = fxaError(503, 201, {}, { 'retry-after': 'Sat, 21 Nov 2026 10:01:00 GMT' });
    const now = () => Date.parse('Sat, 21 Nov 2026 10:00:00 GMT');
    expect(await failure(get(answer, { now }))).toMatchObject({ code: 'server_unavailable', retryAfter: 60 });
  });

  it('reports a broken connection as offline, before the response and within it', async () => {
    expect(await failure(get(new TypeError('Failed to fetch')))).toMatchObject({ code: 'offline' });
    const torn = new ReadableStream({
      start(controller) {
        controller.error(new TypeError('terminated'));
      },
    });
    expect(await failure(get(new Response(torn)))).toMatchObject({ code: 'offline' });
  });

  it('reports any other failure as internal', async () => {
    expect(await failure(get(new RangeError('?')))).toMatchObject({ code: 'internal' });
  });

  it('sends nothing to a host that is held back, and records refusals', async () => {
    const paused = new FxaError('rate_limited', 'The server asked for a pause.', { retryAfter: 9 });
    const record = vi.fn(() => Promise.resolve());
    const backOff = { check: () => Promise.reject(paused), record };
    const request = requestJson({ fetch: strictFetch(), backOff }, 'keys', URL, { method: 'GET' });
    expect(await failure(request)).toBe(paused);
    expect(record).not.toHaveBeenCalled();
    const open = { check: () => Promise.resolve(), record };
    const refused = await failure(get(fxaError(429, 114), { backOff: open }));
    expect(record).toHaveBeenCalledExactlyOnceWith(URL, refused);
  });

  it('asks for JSON, and aborts its request when the caller aborts', async () => {
    const controller = new AbortController();
    const sent: RequestInit[] = [];
    const fetch = (_url: unknown, init: RequestInit = {}) => {
      sent.push(init);
      controller.abort();
      return Promise.reject(new DOMException('Aborted', 'AbortError'));
    };
    const work = requestJson({ fetch, signal: controller.signal }, 'keys', URL, { method: 'GET' });
    expect(await failure(work)).toMatchObject({ code: 'cancelled' });
    expect(new Headers(sent[0]?.headers).get('accept')).toBe('application/json');
    expect(sent[0]?.signal?.aborted).toBe(true);
  });

  it('does not wait longer than the timeout', async () => {
    vi.useFakeTimers();
    const failed = failure(get('silence', { timeout: 3000 }));
    await vi.advanceTimersByTimeAsync(3000);
    expect(await failed).toMatchObject({ code: 'server_unavailable' });
  });

  it('times out after ten seconds by default, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const ended = vi.fn();
    const failed = failure(get('silence')).finally(ended);
    await vi.advanceTimersByTimeAsync(9999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({ code: 'server_unavailable' });
    await requestJson({ fetch: strictFetch({ url: URL, answer: json({}) }) }, 'keys', URL, { method: 'GET' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops when the caller aborts, and does not start after that', async () => {
    const controller = new AbortController();
    const failed = failure(get('silence', { signal: controller.signal }));
    controller.abort();
    expect(await failed).toMatchObject({ code: 'cancelled' });
    const late = requestJson({ fetch: strictFetch(), signal: controller.signal }, 'keys', URL, {
      method: 'GET',
    });
    expect(await failure(late)).toMatchObject({ code: 'cancelled' });
  });
});
