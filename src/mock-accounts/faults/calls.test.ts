// The names of requests, by which faults match.
import { describe, expect, it } from 'vitest';
import { callsOf } from './calls.ts';

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

describe('callsOf', () => {
  it.each([
    ['POST', '/v1/token', form({ grant_type: 'refresh_token' }), ['any', 'api', 'token', 'refresh']],
    ['POST', '/v1/oauth/token', '{"grant_type":"refresh_token"}', ['any', 'api', 'token', 'refresh']],
    ['POST', '/v1/token', form({ code: 'c' }), ['any', 'api', 'token', 'exchange']],
    ['POST', '/v1/token', 'null', ['any', 'api', 'token', 'exchange']],
    ['POST', '/v1/token', '{', ['any', 'api', 'token', 'exchange']],
    ['POST', '/v1/destroy', '', ['any', 'api', 'destroy']],
    ['POST', '/v1/oauth/destroy', '', ['any', 'api', 'destroy']],
    ['GET', '/v1/profile', '', ['any', 'api', 'profile']],
    ['GET', '/v1/email', '', ['any', 'api', 'profile']],
    ['POST', '/v1/display_name', '', ['any', 'api', 'profile-write']],
    ['DELETE', '/v1/avatar/00', '', ['any', 'api', 'profile-write']],
    ['POST', '/v1/verify', '', ['any', 'api', 'verify']],
    ['POST', '/v1/introspect', '', ['any', 'api', 'introspect']],
    ['GET', '/v1/jwks', '', ['any', 'api', 'jwks']],
    ['GET', '/.well-known/openid-configuration', '', ['any', 'api', 'discovery']],
    ['GET', '/metrics-flow', '', ['any', 'api', 'metrics-flow']],
    ['POST', '/v1/oauth/authorization', '', ['any', 'api', 'code']],
    ['GET', '/v1/authorization', '', ['any', 'api', 'authorization']],
    ['GET', '/authorization', '', ['any', 'authorization']],
    ['POST', '/authorization', '', ['any', 'authorization']],
    ['GET', '/settings', '', ['any']],
    ['GET', '/v1/token', '', ['any', 'api']],
    ['OPTIONS', '/v1/token', '', []],
  ])('%s %s %s', (method, path, body, names) => {
    expect(callsOf(method, path, body)).toEqual(names);
  });
});
