import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { returnPage, RETURN_PATH } from './return-page.ts';

const CODE = 'c0de'.repeat(16);
const open = (init?: RequestInit, path = RETURN_PATH) =>
  Promise.resolve(returnPage().request(`${path}?code=${CODE}&state=st4te`, init));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the return page', () => {
  it('says what to do next, whatever the query', async () => {
    const answer = await open();
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).toContain('You can close this tab');
    expect(text).toContain('Go back to the extension');
    const refused = await returnPage().request(`${RETURN_PATH}?error=login_required`);
    expect(await refused.text()).toBe(text);
    expect(`${text} ${JSON.stringify([...answer.headers])}`).not.toMatch(/c0de|st4te/);
  });

  it('loads nothing and runs nothing', async () => {
    const text = await (await open()).text();
    expect(text).not.toMatch(/<(?:script|img|iframe|form|object|embed|base)\b|\bon\w+=|@import|url\(|http/i);
    expect([...text.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, url]) => url)).toEqual(['data:,']);
  });

  it('cannot be cached, framed or injected into, and sends no referrer', async () => {
    const answer = await open();
    const { headers } = answer;
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.has('set-cookie')).toBe(false);
    const style = /<style>([^]*)<\/style>/.exec(await answer.text())?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers.get('content-security-policy')?.split('; ').sort()).toEqual(
      [
        "default-src 'none'",
        `style-src 'sha256-${hash}'`,
        'img-src data:',
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ].sort(),
    );
  });

  it('supports only GET at its own path', async () => {
    expect((await open({}, '/auth')).status).toBe(404);
    expect((await open({}, '/')).status).toBe(404);
    expect((await open({ method: 'POST', body: 'code=x' })).status).toBe(404);
  });

  it('writes nothing to logs or the console, since its address holds the code', async () => {
    const written: unknown[] = [];
    const note = (...text: unknown[]) => {
      written.push(...text);
      return true;
    };
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation(note);
    }
    vi.spyOn(process.stdout, 'write').mockImplementation(note);
    vi.spyOn(process.stderr, 'write').mockImplementation(note);
    await open();
    await open({}, '/nowhere');
    expect(written).toEqual([]);
  });
});
