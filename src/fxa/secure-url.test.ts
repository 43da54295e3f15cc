import { describe, expect, it } from 'vitest';
import { isLoopback, secureUrl, withoutSlash } from './secure-url.ts';

describe('secureUrl', () => {
  it.each([
    'https://accounts.firefox.com',
    'https://accounts.firefox.com:8443/v1/?a=b',
    'http://127.0.0.1:9720',
    'http://127.10.200.30',
    'http://[::1]:9720/',
    'http://localhost:9720',
  ])('accepts %s', (url) => {
    expect(secureUrl(url)?.href).toBe(new URL(url).href);
  });

  it.each([
    'http://accounts.firefox.com',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
    'http://128.0.0.1',
    'ftp://127.0.0.1',
    'javascript:alert(1)',
    'https://me@accounts.firefox.com',
    'https://:secret@accounts.firefox.com',
    'https://accounts.firefox.com/#x',
    'https://accounts.firefox.com/#',
    'accounts.firefox.com',
    '',
    undefined,
    null,
    7,
    new URL('https://accounts.firefox.com'),
  ])('refuses %s', (url) => {
    expect(secureUrl(url)).toBeUndefined();
  });
});

it.each(['127.0.0.1', '127.255.255.254', '[::1]', 'localhost'])('%s is loopback', (host) => {
  expect(isLoopback(host)).toBe(true);
});

it.each(['x127.0.0.1', '127.0.0.1.example', '127.0.0', '10.127.0.0.1', '::1', 'localhost.example'])(
  '%s is not loopback',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

it('removes one trailing slash of an issuer', () => {
  expect(['https://a', 'https://a/', 'https://a//'].map(withoutSlash)).toEqual([
    'https://a',
    'https://a',
    'https://a/',
  ]);
});
