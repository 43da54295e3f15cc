import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateCallback } from './callback.ts';
import { CODE, failure } from './testing/deployment.ts';

const expected = {
  redirectUri: 'https://0123456789abcdef0123456789abcdef01234567.extensions.allizom.org/',
  state: 'the-state',
  issuer: 'https://accounts.firefox.com',
  clientId: 'a1b2c3d4e5f60001',
};
const callback = (query: string, base = expected.redirectUri) => `${base}?${query}`;
const good = `code=${CODE}&state=the-state`;
const refused = (url: string, change: object = {}) =>
  failure(() => validateCallback(url, { ...expected, ...change }));

describe('validateCallback', () => {
  it('returns the code', () => {
    expect(validateCallback(callback(good), expected)).toEqual({ code: CODE });
  });

  it.each([
    'iss=https%3A%2F%2Faccounts.firefox.com',
    'iss=https%3A%2F%2Faccounts.firefox.com%2F',
    'client_id=a1b2c3d4e5f60001',
    'action=signin&foo=1&foo=2',
  ])('ignores %s', (more) => {
    expect(validateCallback(callback(`${good}&${more}`), expected)).toEqual({ code: CODE });
  });

  it('decodes the state as form data', () => {
    const state = 'a b&c=d/é+%';
    const url = callback(`code=${CODE}&state=a+b%26c%3Dd%2F%C3%A9%2B%25`);
    expect(validateCallback(url, { ...expected, state })).toEqual({ code: CODE });
  });

  it('accepts a redirect URI with a query', () => {
    const redirectUri = 'http://localhost:8080/?oauth_pkce_redirect=1';
    const url = `http://localhost:8080/?oauth_pkce_redirect=1&${good}`;
    expect(validateCallback(url, { ...expected, redirectUri })).toEqual({ code: CODE });
  });

  it.each([
    ['another host', 'https://evil.example/'],
    [
      'a host that only begins so',
      'https://0123456789abcdef0123456789abcdef01234567.extensions.allizom.org.evil.example/',
    ],
    ['another scheme', expected.redirectUri.replace('https', 'http')],
    ['another port', expected.redirectUri.replace('.org/', '.org:8443/')],
    ['another path', `${expected.redirectUri}x`],
    ['a doubled slash', `${expected.redirectUri}/`],
    ['credentials', expected.redirectUri.replace('//', '//me@')],
    ['a password alone', expected.redirectUri.replace('//', '//:secret@')],
    ['no URL', 'about blank'],
  ])('rejects %s', async (_what, base) => {
    expect(await refused(callback(good, base))).toMatchObject({
      code: 'bad_response',
      reason: 'callback_redirect',
    });
  });

  it.each(['#', '#x', `#${good}`])('rejects the fragment %s', async (fragment) => {
    expect(await refused(callback(good) + fragment)).toMatchObject({ reason: 'callback_redirect' });
  });

  it('distinguishes schemes without an origin', async () => {
    const redirectUri = 'com.example.one:/callback';
    expect(await refused(callback(good, 'com.example.two:/callback'), { redirectUri })).toMatchObject({
      reason: 'callback_redirect',
    });
  });

  it.each(['state=the-state', `code=${CODE}`, 'error=login_required&error=x', 'iss=a&iss=a'])(
    'rejects repeated parameters: %s',
    async (more) => {
      expect(await refused(callback(`${good}&${more}`))).toMatchObject({ reason: 'callback_duplicate' });
    },
  );

  it.each([
    `code=${CODE}`,
    `code=${CODE}&state=`,
    `code=${CODE}&state=The-State`,
    `code=${CODE}&state=the-state%20`,
    'error=login_required',
    'error=login_required&state=another',
  ])('rejects a foreign state: %s', async (query) => {
    expect(await refused(callback(query))).toMatchObject({ code: 'state_mismatch' });
  });

  it('never matches an empty state', async () => {
    expect(await refused(callback(`code=${CODE}&state=`), { state: '' })).toMatchObject({
      code: 'state_mismatch',
    });
  });

  it('rejects another issuer and another client', async () => {
    expect(await refused(callback(`${good}&iss=https://evil.example`))).toMatchObject({
      reason: 'callback_issuer',
    });
    expect(await refused(callback(`${good}&iss=`))).toMatchObject({ reason: 'callback_issuer' });
    const failed = callback('state=the-state&error=login_required&iss=https://evil.example');
    expect(await refused(failed)).toMatchObject({ code: 'bad_response', reason: 'callback_issuer' });
    expect(await refused(callback(`${good}&client_id=a1b2c3d4e5f60002`))).toMatchObject({
      reason: 'callback_client',
    });
  });

  it.each(['', 'code=', 'code=xyz', `code=${CODE.toUpperCase()}`, `code=${CODE}0`])(
    'rejects a malformed code: %s',
    async (code) => {
      expect(await refused(callback(`state=the-state&${code}`))).toMatchObject({ reason: 'callback_code' });
    },
  );

  it.each([
    ['login_required', 'reauth_required'],
    ['interaction_required', 'reauth_required'],
    ['consent_required', 'reauth_required'],
    ['account_selection_required', 'reauth_required'],
    ['unmet_authentication_requirements', 'reauth_required'],
    ['1010', 'reauth_required'],
    ['1011', 'reauth_required'],
    ['1100', 'reauth_required'],
    ['1101', 'reauth_required'],
    ['1012', 'account_unverified'],
    ['138', 'account_unverified'],
    ['invalid_request', 'invalid_request'],
    ['1005', 'invalid_request'],
    ['1009', 'invalid_request'],
    ['1013', 'invalid_request'],
    ['unauthorized_client', 'misconfigured'],
    ['1007', 'misconfigured'],
    ['1008', 'misconfigured'],
    ['invalid_scope', 'scope_denied'],
    ['server_error', 'server_unavailable'],
    ['access_denied', 'cancelled'],
    ['something_new', 'bad_response'],
    ['4711', 'bad_response'],
    ['', 'bad_response'],
  ])('maps the error %j to %s', async (error, code) => {
    const failed = await refused(callback(`error=${error}&state=the-state&flowId=f&utmSource=s`));
    expect(failed).toMatchObject({ code, reason: 'callback_error' });
    expect(failed.errno).toBe(/^\d+$/.test(error) ? Number(error) : undefined);
    expect(await refused(callback(`error=x${error}x&state=the-state`))).not.toHaveProperty('errno');
  });

  it('reports an error even if there is a code', async () => {
    expect(await refused(callback(`${good}&error=login_required`))).toMatchObject({
      code: 'reauth_required',
    });
  });

  it('does not repeat the callback in its message', async () => {
    const failed = await refused(callback(`code=${CODE}&state=another&error=secret`));
    expect(`${failed.message} ${JSON.stringify(failed)}`).not.toMatch(/cc|another|secret/);
  });

  it('accepts only the redirect URI of the attempt', () => {
    const address = expected.redirectUri;
    const same = (url: string) => URL.canParse(url) && new URL(url).href === address;
    fc.assert(
      fc.property(fc.nat(address.length), fc.nat(2), fc.string({ maxLength: 3 }), (at, removed, added) => {
        const changed = address.slice(0, at) + added + address.slice(at + removed);
        fc.pre(!same(changed));
        expect(() => validateCallback(callback(good, changed), expected)).toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
