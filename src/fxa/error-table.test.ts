import { describe, expect, it } from 'vitest';
import { errorFromAnswer } from './error-table.ts';
import type { Call } from './error-table.ts';
import type { FxaErrorCode, Reason } from './errors.ts';

const OAUTH = 'https://oauth.example/v1/token';
const AUTH = 'https://auth.example/v1/oauth/token';

function translate(call: Call, url: string, status: number, body?: Record<string, unknown>) {
  return errorFromAnswer({ call, url }, { status, headers: new Headers(), body }, 0);
}

type Case = [call: Call, url: string, status: number, errno: number, code: FxaErrorCode, reason?: Reason];

describe('errorFromAnswer', () => {
  it.each<Case>([
    ['refresh', OAUTH, 400, 108, 'reauth_required'],
    ['refresh', AUTH, 401, 110, 'reauth_required'],
    ['destroy', OAUTH, 400, 108, 'bad_response', 'token_unknown'],
    ['destroy', AUTH, 401, 110, 'bad_response', 'token_unknown'],
    ['exchange', OAUTH, 400, 101, 'misconfigured'],
    ['exchange', AUTH, 400, 162, 'misconfigured'],
    ['refresh', OAUTH, 400, 101, 'misconfigured'],
    ['exchange', OAUTH, 400, 103, 'misconfigured'],
    ['exchange', AUTH, 400, 167, 'misconfigured'],
    ['exchange', OAUTH, 400, 116, 'misconfigured'],
    ['exchange', AUTH, 400, 166, 'misconfigured'],
    ['destroy', AUTH, 404, 999, 'misconfigured'],
    ['exchange', AUTH, 410, 116, 'misconfigured'],
    ['exchange', OAUTH, 400, 105, 'bad_response', 'code_refused'],
    ['exchange', OAUTH, 400, 107, 'bad_response', 'code_refused'],
    ['exchange', OAUTH, 400, 117, 'bad_response', 'code_refused'],
    ['exchange', AUTH, 400, 172, 'bad_response', 'code_refused'],
    ['exchange', AUTH, 400, 175, 'bad_response', 'code_refused'],
    ['refresh', OAUTH, 400, 114, 'scope_denied'],
    ['refresh', AUTH, 400, 163, 'scope_denied'],
    ['profile', OAUTH, 403, 999, 'scope_denied'],
    ['profile', OAUTH, 401, 100, 'token_rejected'],
    ['profile', OAUTH, 401, 999, 'token_rejected'],
    ['profile', OAUTH, 403, 100, 'token_rejected'],
    ['profile-write', OAUTH, 401, 100, 'token_rejected'],
    ['profile-write', OAUTH, 403, 999, 'scope_denied'],
    ['profile-write', OAUTH, 400, 101, 'invalid_request'],
    ['profile-write', OAUTH, 413, 999, 'invalid_request'],
    ['profile-write', OAUTH, 415, 999, 'invalid_request'],
    ['profile-write', OAUTH, 500, 103, 'invalid_request'],
    ['profile-write', OAUTH, 500, 999, 'server_unavailable'],
    ['profile', OAUTH, 500, 103, 'server_unavailable'],
    ['exchange', AUTH, 400, 138, 'account_unverified'],
    ['exchange', AUTH, 400, 104, 'account_unverified'],
    ['exchange', AUTH, 400, 125, 'rate_limited'],
    ['refresh', OAUTH, 503, 202, 'server_unavailable', 'client_disabled'],
    ['refresh', AUTH, 503, 204, 'server_unavailable', 'client_disabled'],
    ['refresh', OAUTH, 503, 201, 'server_unavailable'],
    ['refresh', OAUTH, 500, 999, 'server_unavailable'],
    ['exchange', OAUTH, 415, 113, 'invalid_request'],
    ['exchange', AUTH, 400, 108, 'invalid_request'],
  ])('%s at %s: %i/%i means %s', (call, url, status, errno, code, reason) => {
    const error = translate(call, url, status, { errno });
    expect(error).toMatchObject({ code, status, errno });
    expect(error.reason).toBe(reason);
  });

  // The errnos of a dead grant in every context where they do not prove one.
  it.each<[Call, string, number, number]>([
    ['exchange', OAUTH, 400, 108],
    ['exchange', AUTH, 401, 110],
    ['refresh', AUTH, 400, 108],
    ['refresh', OAUTH, 401, 110],
    ['refresh', OAUTH, 400, 110],
    ['refresh', OAUTH, 401, 108],
    ['refresh', AUTH, 400, 110],
    ['refresh', OAUTH, 400, 115],
    ['destroy', OAUTH, 400, 108],
    ['profile', OAUTH, 400, 108],
    ['profile', AUTH, 401, 110],
    ['profile-write', OAUTH, 400, 108],
    ['keys', OAUTH, 400, 108],
    ['discovery', OAUTH, 400, 108],
    ['refresh', OAUTH, 503, 108],
    ['refresh', OAUTH, 429, 108],
  ])('does not take %s at %s: %i/%i as proof that the grant is gone', (call, url, status, errno) => {
    expect(translate(call, url, status, { errno }).code).not.toBe('reauth_required');
  });

  it('reads errno 114 by its HTTP status', () => {
    expect(translate('refresh', OAUTH, 429, { errno: 114, retryAfter: 30_000 })).toMatchObject({
      code: 'rate_limited',
      retryAfter: 30,
    });
    expect(translate('refresh', AUTH, 429, { errno: 114, retryAfter: 30 })).toMatchObject({ retryAfter: 30 });
    expect(translate('refresh', OAUTH, 400, { errno: 114 }).code).toBe('scope_denied');
  });

  it('falls back to the HTTP status without an errno or without JSON', () => {
    expect(translate('profile', OAUTH, 500, { statusCode: 500 }).code).toBe('server_unavailable');
    expect(translate('exchange', OAUTH, 502)).toMatchObject({ code: 'server_unavailable', status: 502 });
    expect(translate('exchange', OAUTH, 429).code).toBe('rate_limited');
    expect(translate('profile', OAUTH, 401)).toMatchObject({ code: 'token_rejected' });
    expect(translate('exchange', OAUTH, 406)).toMatchObject({ code: 'bad_response', reason: 'not_json' });
    expect(translate('exchange', OAUTH, 400, {})).toMatchObject({ code: 'bad_response', reason: 'refused' });
    expect(translate('exchange', OAUTH, 400, { errno: '108' })).toMatchObject({ reason: 'refused' });
  });

  it.each([
    [{ source: 'payload', keys: ['code'] }, 'code'],
    ['client_secret', 'client_secret'],
    [{ source: 'payload', keys: [''] }, undefined],
    [undefined, undefined],
    [null, undefined],
  ])('names the rejected parameter, from a validation of %j', (validation, parameter) => {
    expect(translate('exchange', OAUTH, 400, { errno: 109, validation }).parameter).toBe(parameter);
  });

  it('repeats only numbers from the body', () => {
    const error = translate('exchange', OAUTH, 400, { errno: 105, message: 'secret', requestCode: 'secret' });
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain('secret');
  });
});
