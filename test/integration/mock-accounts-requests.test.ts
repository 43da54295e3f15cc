// Authorization requests the page refuses, and silent ones.
import { beforeEach, describe, expect, it } from 'vitest';
import { fresh } from '../../src/mock-accounts/testing/fresh.ts';
import { type Browser, requestPath as query } from '../../src/mock-accounts/testing/browse.ts';

const UNTRUSTED = 'a1b2c3d4e5f60003';
const CONFIDENTIAL = 'a1b2c3d4e5f60004';
let { clock, mock, driver, page } = fresh('today');
beforeEach(() => {
  ({ clock, mock, driver, page } = fresh('today'));
});

const browse: Browser['open'] = (path, form, headers) => page.open(path, form, headers);
const signIn = (path = query(), email = 'ada@example.com') => page.signIn(path, email);

describe('errors that stay on the page', () => {
  it.each([
    [{ client_id: 'ffffffffffffffff' }, 'Unknown client'],
    [{ redirect_uri: 'https://evil.example/' }, 'Incorrect redirect_uri'],
    [{ scope: '' }, 'Invalid OAuth parameter: scope'],
    [{ scope: undefined }, 'Missing OAuth parameter: scope'],
    [{ code_challenge: 'short' }, 'Invalid OAuth parameter: code_challenge'],
    [{ code_challenge_method: 'plain' }, 'Invalid OAuth parameter: code_challenge_method'],
    [{ client_id: UNTRUSTED, scope: 'profile' }, 'Invalid OAuth parameter: scope'],
    [{ scope: 'https://identity.mozilla.com/apps/oldsync' }, 'Invalid OAuth parameter: scope'],
    [{ access_type: 'forever' }, 'Invalid OAuth parameter: access_type'],
    [{ max_age: '-1' }, 'Invalid OAuth parameter: max_age'],
    [{ prompt: 'maybe' }, 'Invalid OAuth parameter: prompt'],
    [{ action: 'fly' }, 'Invalid OAuth parameter: action'],
    [{ action: 'force_auth' }, 'Invalid OAuth parameter: email'],
    [{ login_hint: 'nonsense' }, 'Invalid OAuth parameter: login_hint'],
    [{ keys_jwk: '!' }, 'Invalid OAuth parameter: keys_jwk'],
  ])('%j: %s', async (more, message) => {
    const { status, alert, data } = await browse(query(more));
    expect([status, alert, data]).toEqual([200, message, undefined]);
  });

  it.each([
    [{ state: undefined }, 'Invalid parameter: state'],
    [{ state: 'x'.repeat(257) }, 'Invalid parameter: state'],
    [
      { code_challenge: undefined, code_challenge_method: undefined },
      'Public clients require PKCE OAuth parameters',
    ],
    [{ code_challenge_method: undefined }, 'Invalid parameter: code_challenge_method'],
    [{ client_id: CONFIDENTIAL }, 'Not a public client'],
  ])('in 2019 alone: %j: %s', async (more, message) => {
    const { alert, data } = await fresh('2019').page.open(query(more));
    expect([alert, data]).toEqual([message, undefined]);
    expect((await browse(query(more))).alert).toBeUndefined();
  });
});

describe('what the page lets pass', () => {
  it.each([
    { response_type: 'token' },
    { response_type: 'anything' },
    { action: 'pairing' },
    { action: 'pairing', login_hint: 'ada@example.com' },
  ])('%j is a plain sign-in that asks for a code', async (more) => {
    const { alert, html } = await browse(query(more));
    expect(alert).toBeUndefined();
    expect(html).toContain('>Sign in</button>');
    const { data } = await signIn(query(more));
    const answer = await driver.post('/v1/oauth/authorization', data, { cookie: page.cookie() });
    expect(answer.body).toMatchObject({ code: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  });
});

describe('prompt=none', () => {
  const silent = (more: Record<string, string | undefined> = {}) =>
    browse(query({ prompt: 'none', ...more }));
  const errorOf = async (more: Record<string, string | undefined> = {}) =>
    new URL(String((await silent(more)).data)).searchParams.get('error');

  it('continues when there is a session, and a hint of whose', async () => {
    await signIn();
    expect(await errorOf()).toBe('invalid_request');
    const { id_token: hint } = await driver.tokens();
    expect((await silent({ id_token_hint: String(hint) })).data).toMatchObject({ state: 'the-state' });
    clock.now += 6 * 24 * 3_600_000;
    expect((await silent({ id_token_hint: String(hint) })).data).toMatchObject({ state: 'the-state' });
    clock.now += 2 * 24 * 3_600_000;
    expect(await errorOf({ id_token_hint: String(hint) })).toBe('invalid_request');
  });

  it('sends back why not, by script, with what belongs to the request', async () => {
    const { data, html } = await silent({ utm_source: 'here', flow_id: 'f' });
    expect(data).toBe(
      'https://0123456789abcdef0123456789abcdef01234567.extensions.allizom.org/?error=login_required&state=the-state&flowId=f&utmSource=here',
    );
    expect(html).toContain('location.href = data;');
  });

  it('has a reason for each obstacle', async () => {
    await signIn();
    expect(await errorOf({ keys_jwk: 'abc' })).toBe('invalid_request');
    expect(await errorOf({ login_hint: 'ada@example.com' })).toBe('unauthorized_client');
    expect(await errorOf({ id_token_hint: 'nonsense' })).toBe('invalid_request');
    const { id_token: other } = await driver.tokens({ email: 'lin@example.com' });
    expect(await errorOf({ id_token_hint: String(other) })).toBe('account_selection_required');
    const hint = async (clientId?: string) => {
      const scope = 'openid profile:uid';
      const { id_token: own } = await driver.tokens({
        scope,
        ...(clientId === undefined ? {} : { clientId }),
      });
      return { id_token_hint: String(own) };
    };
    const hinted = await hint();
    expect(await errorOf({ ...hinted, acr_values: 'AAL2' })).toBe('unmet_authentication_requirements');
    const untrusted = { client_id: UNTRUSTED, redirect_uri: 'https://untrusted.example.net/cb' };
    expect(await errorOf({ ...(await hint(UNTRUSTED)), ...untrusted, scope: 'profile:uid' })).toBe(
      'consent_required',
    );
    clock.now += 60_000;
    expect(await errorOf({ ...hinted, max_age: '10' })).toBe('unmet_authentication_requirements');
    const ada = mock.store.accounts.byEmail('ada@example.com');
    if (ada !== undefined) ada.verified = false;
    expect(await errorOf(hinted)).toBe('interaction_required');
  });

  it('stays on the page with return_on_error=false', async () => {
    expect((await silent({ return_on_error: 'false' })).alert).toContain('login_required');
  });
});
