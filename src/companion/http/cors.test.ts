import { describe, expect, it } from 'vitest';
import { Problem } from './problem.ts';
import { testPipeline } from './testing.ts';

const ID = 'abcdefghijklmnopabcdefghijklmnop';
const CHROMIUM = `chrome-extension://${ID}`;
const FIREFOX = 'moz-extension://0b9e6c0e-6f6a-4d59-9f9d-0d1c8a6f2b11';

const app = testPipeline({ chromeExtensions: [ID] });
app.get('/v1/session', (c) => {
  c.header('vary', 'Authorization', { append: true });
  return c.json({}, 200, { etag: '"x"' });
});
app.post('/v1/sessions', () => {
  throw new Problem(401, 'unknown_session', 'No');
});
for (const path of ['/status', '/__version__']) app.get(path, (c) => c.text('ok'));

type CorsRequest = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> };
const ask = (path: string, origin: string | undefined, init: CorsRequest = {}) =>
  Promise.resolve(
    app.request(path, { ...init, headers: { ...init.headers, ...(origin === undefined ? {} : { origin }) } }),
  );
const corsHeaders = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('CORS', () => {
  it.each([CHROMIUM, FIREFOX])('%s may read responses', async (origin) => {
    const { headers } = await ask('/v1/session', origin);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toBe('Date,ETag,Poll-After,Retry-After');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')?.split(', ').sort()).toEqual(['Authorization', 'Origin']);
  });

  it.each([
    undefined,
    'null',
    '*',
    'https://example.com',
    'chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba',
    `${CHROMIUM}.example.com`,
    `https://example.com/${CHROMIUM}`,
    CHROMIUM.toUpperCase(),
    'moz-extension://example.com',
    `${FIREFOX}.example.com`,
    `${FIREFOX}/`,
    ' moz-extension://0b9e6c0e',
    `https://${FIREFOX}`,
  ])('%s may not read responses or preflights', async (origin) => {
    const answer = await ask('/v1/session', origin);
    expect(corsHeaders(answer)).toEqual([]);
    expect(answer.headers.get('vary')).toContain('Origin');
    const preflight = await ask('/v1/session', origin, {
      method: 'OPTIONS',
      headers: { 'access-control-request-method': 'GET' },
    });
    expect(preflight.status).toBe(405);
    expect(corsHeaders(preflight)).toEqual([]);
  });

  it('lets the extension read errors, including those raised before the route', async () => {
    const refused = await ask('/v1/sessions', FIREFOX, { method: 'POST' });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, FIREFOX]);
    const wrong = await ask('/v1/sessions', FIREFOX, {
      method: 'POST',
      body: 'x',
      headers: { 'content-length': '1' },
    });
    expect([wrong.status, wrong.headers.get('access-control-allow-origin')]).toEqual([415, FIREFOX]);
  });

  it('applies under /v1 and to what the troubleshooting page reads', async () => {
    expect(corsHeaders(await ask('/status', FIREFOX))).toEqual([]);
    const { headers } = await ask('/__version__', FIREFOX);
    expect(headers.get('access-control-allow-origin')).toBe(FIREFOX);
    expect(corsHeaders(await ask('/__version__', 'https://example.com'))).toEqual([]);
  });
});

describe('a preflight', () => {
  it.each([
    ['/v1/session', 'GET,HEAD'],
    ['/v1/sessions', 'POST'],
  ])('for %s allows %s, three headers, for an hour', async (path, methods) => {
    const { status, headers } = await ask(path, FIREFOX, { method: 'OPTIONS' });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(FIREFOX);
    expect(headers.get('access-control-allow-methods')).toBe(methods);
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type,if-none-match');
    expect(headers.get('access-control-max-age')).toBe('3600');
    expect(headers.get('vary')).toContain('Origin');
  });

  it('for an unknown path is 404', async () => {
    const answer = await ask('/v1/nothing', FIREFOX, { method: 'OPTIONS' });
    expect([answer.status, corsHeaders(answer)]).toEqual([404, []]);
  });
});
