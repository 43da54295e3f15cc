import { describe, expect, it } from 'vitest';
import { roleOf } from './routing.ts';

describe('which server a request addresses', () => {
  it.each([
    ['127.0.0.1:9720', '/v1/token', 'oauth'],
    ['127.0.0.1:9720', '/v1/oauth/token', 'auth'],
    ['127.0.0.1:9720', '/v1/account/login', 'auth'],
    ['127.0.0.1:9720', '/v1/profile', 'profile'],
    ['127.0.0.1:9720', '/v1/avatar/upload', 'profile'],
    ['127.0.0.1:9720', '/a/00', 'images'],
    ['127.0.0.1:9720', '/authorization', 'content'],
    ['', '/', 'oauth'],
    ['127.0.0.1:9720', '/__version__', 'oauth'],
    ['127.0.0.1:9720', '/.well-known/openid-configuration', 'content'],
  ] as const)('by path: %s%s is %s', (host, path, role) => {
    expect(roleOf(host, path, 'today', '9720')).toBe(role);
  });

  it('by port, which in 2019 is final', () => {
    expect(roleOf('127.0.0.1:9010', '/.well-known/openid-configuration', '2019', '9720')).toBe('oauth');
    expect(roleOf('127.0.0.1:9010', '/v1/oauth/token', '2019', '9720')).toBe('oauth');
    expect(roleOf('127.0.0.1:1111', '/v1/token', '2019', '9720')).toBe('profile');
  });

  it('today the OAuth and auth hosts answer for both', () => {
    expect(roleOf('127.0.0.1:9010', '/v1/oauth/token', 'today', '9720')).toBe('auth');
    expect(roleOf('127.0.0.1:9000', '/v1/token', 'today', '9720')).toBe('oauth');
    expect(roleOf('127.0.0.1:9010', '/authorization', 'today', '9720')).toBe('oauth');
  });

  it.each(['9000', '9010', '1111', '1112', '3030'])('by path alone on its own port %s', (port) => {
    const own = `127.0.0.1:${port}`;
    for (const era of ['2019', 'today'] as const) {
      expect(roleOf(own, '/v1/token', era, port)).toBe('oauth');
      expect(roleOf(own, '/v1/oauth/token', era, port)).toBe('auth');
      expect(roleOf(own, '/v1/profile', era, port)).toBe('profile');
      expect(roleOf(own, '/a/00', era, port)).toBe('images');
      expect(roleOf(own, '/authorization', era, port)).toBe('content');
    }
  });

  it('another server is still meant by its port when the own one is of the stack too', () => {
    expect(roleOf('127.0.0.1:1111', '/v1/token', '2019', '9010')).toBe('profile');
  });
});
