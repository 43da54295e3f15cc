import { HTTPException } from 'hono/http-exception';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../db/errors.ts';
import { returnPage, RETURN_PATH } from '../return-page.ts';
import { testPipeline } from './testing.ts';

function app(lines: string[] = [], loopback = true) {
  const made = testPipeline({ loopback }, lines);
  made.route('/', returnPage());
  made.get('/v1/session', (c) => c.json({}));
  made.post('/v1/session', (c) => c.json({}));
  made.get('/v1/raw', () => new Response('raw'));
  made.get('/v1/broken', () => {
    throw new RangeError('canary-in-a-message');
  });
  made.get('/v1/away', () => {
    throw new StoreError('database_away', 'canary-in-a-message');
  });
  made.get('/v1/often', () => {
    throw new StoreError('too_many', 'Too many of something');
  });
  made.get('/v1/exception', () => {
    throw new HTTPException(418, { message: 'canary-in-a-message' });
  });
  return made;
}

describe('an unknown path or method', () => {
  it('is 404 as a JSON error', async () => {
    const answer = await app().request('/v1/nothing');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ error: 'not_found', message: 'Not found' });
  });

  it('is 405 with Allow where other methods exist', async () => {
    const answer = await app().request('/v1/session', { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(await answer.json()).toMatchObject({ error: 'method_not_allowed' });
    expect((await app().request(RETURN_PATH, { method: 'POST' })).status).toBe(405);
  });
});

describe('an error', () => {
  it('is 500 without details, and logged by class and position', async () => {
    const lines: string[] = [];
    const answer = await app(lines).request('/v1/broken');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ error: 'internal', message: 'Something went wrong here' });
    expect(lines.join('')).not.toContain('canary');
    const [failure] = lines.map(
      (line) => JSON.parse(line) as { Type: string; Severity: number; Fields: object },
    );
    expect(failure).toMatchObject({ Type: 'request_failed', Severity: 3, Fields: { name: 'RangeError' } });
    expect(JSON.stringify(failure?.Fields)).toMatch(/"at":"http\/pipeline\.test\.ts:\d+"/);
  });

  it('of the database is 503 with Retry-After', async () => {
    const lines: string[] = [];
    const answer = await app(lines).request('/v1/away');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({ error: 'unavailable' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ Fields: { code: 'database_away' } });
  });

  it('for an exceeded limit in the database is 429, and not logged as a failure', async () => {
    const lines: string[] = [];
    const answer = await app(lines).request('/v1/often');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3600']);
    expect(await answer.json()).toEqual({ error: 'rate_limited', message: 'Too many of something' });
    expect(lines.join('')).not.toContain('request_failed');
  });

  it('of a library has the same JSON shape', async () => {
    const answer = await app().request('/v1/exception');
    expect(answer.status).toBe(418);
    expect(await answer.json()).toEqual({ error: 'refused', message: 'The request was refused' });
  });
});

describe('security headers', () => {
  it.each(['/v1/session', '/v1/raw', '/v1/nothing', '/v1/broken'])('%s', async (path) => {
    const { headers } = await app().request(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('include HSTS where there is HTTPS', async () => {
    const { headers } = await app([], false).request('/v1/session');
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}; includeSubDomains$/);
  });

  it('keep the policy a page sets itself', async () => {
    const answer = await app().request(RETURN_PATH);
    expect(answer.headers.get('content-security-policy')).toContain("style-src 'sha256-");
  });
});
