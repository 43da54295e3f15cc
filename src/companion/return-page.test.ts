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
  it('tells the person what to do, and is the same whatever it was called with', async () => {
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

  it('lets nobody cache it, frame it, learn its address, or put anything into it', async () => {
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

  it('is the only page, and is only read', async () => {
    expect((await open({}, '/auth')).status).toBe(404);
    expect((await open({}, '/')).status).toBe(404);
    expect((await open({ method: 'POST', body: 'code=x' })).status).toBe(404);
  });

  it('writes nothing anywhere: its address holds the code', async () => {
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
