import { describe, expect, it } from 'vitest';
import { blockedOrigin, knownEndpoints, mockServerEndpoints } from './environments.ts';
import { secureUrl, withoutSlash } from './secure-url.ts';
import { failure } from './testing/deployment.ts';

describe('knownEndpoints', () => {
  it('returns the endpoints of production', () => {
    expect(knownEndpoints('production')).toEqual({
      issuer: 'https://accounts.firefox.com',
      discovery: 'https://accounts.firefox.com/.well-known/openid-configuration',
      authorization: 'https://accounts.firefox.com/authorization',
      token: 'https://oauth.accounts.firefox.com/v1/token',
      destroy: 'https://oauth.accounts.firefox.com/v1/destroy',
      introspect: 'https://oauth.accounts.firefox.com/v1/introspect',
      verify: 'https://oauth.accounts.firefox.com/v1/verify',
      jwks: 'https://oauth.accounts.firefox.com/v1/jwks',
      profile: 'https://profile.accounts.firefox.com/v1/profile',
    });
  });

  it('shares no endpoint between stage and production', () => {
    const hosts = Object.values<unknown>({ ...knownEndpoints('stage') }).map(
      (url) => new URL(String(url)).host,
    );
    expect(new Set(hosts)).toEqual(
      new Set(['accounts.stage.mozaws.net', 'oauth.stage.mozaws.net', 'profile.stage.mozaws.net']),
    );
  });
});

describe('mockServerEndpoints', () => {
  it('puts everything on one origin, ignoring a path', () => {
    const endpoints = mockServerEndpoints('http://127.0.0.1:9720/');
    expect(endpoints.issuer).toBe('http://127.0.0.1:9720');
    expect(
      Object.values<unknown>({ ...endpoints }).every((url) =>
        String(url).startsWith('http://127.0.0.1:9720'),
      ),
    ).toBe(true);
  });

  it('rejects http to another machine', async () => {
    expect(await failure(() => mockServerEndpoints('http://192.168.1.2:9720'))).toMatchObject({
      code: 'misconfigured',
    });
  });
});

describe('secureUrl', () => {
  it.each([
    'https://accounts.example',
    'http://localhost:3030/x',
    'http://127.0.0.1:9720',
    'http://127.255.0.3',
    'http://127.1',
    'http://[::1]:80/x',
  ])('accepts %s', (url) => {
    expect(secureUrl(url)?.href).toBe(new URL(url).href);
  });

  it.each([
    'http://accounts.example',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://128.0.0.1',
    'http://0.0.0.0',
    'https://user:password@accounts.example',
    'https://accounts.example/#x',
    'https://accounts.example/#',
    'ftp://localhost',
    'javascript:alert(1)',
    '/v1/token',
    '',
    undefined,
    42,
  ])('rejects %s', (url) => {
    expect(secureUrl(url)).toBeUndefined();
  });
});

it('withoutSlash removes only one slash', () => {
  expect(['https://a', 'https://a/', 'https://a//'].map(withoutSlash)).toEqual([
    'https://a',
    'https://a',
    'https://a/',
  ]);
});

it.each([
  ['https://a.example', ['https://a.example'], undefined],
  ['https://a.example', ['https://a.example.org', 'https://b.example'], 'https://a.example'],
  ['https://a.example', ['https://a.example:*'], 'https://a.example'],
  ['http://127.0.0.1:9720', ['http://127.0.0.1:*', 'http://localhost:*'], undefined],
  ['http://127.0.0.1:9720', ['http://localhost:*'], 'http://127.0.0.1:9720'],
])('of a server at %s, a policy for %j blocks %s', (origin, sources, blocked) => {
  expect(blockedOrigin(mockServerEndpoints(origin), sources)).toBe(blocked);
});

it.each(['token', 'destroy', 'jwks', 'profile'] as const)(
  'a policy may block the %s endpoint alone',
  (name) => {
    const endpoints = { ...mockServerEndpoints('https://a.example'), [name]: 'https://b.example/x' };
    expect(blockedOrigin(endpoints, ['https://a.example'])).toBe('https://b.example');
  },
);
