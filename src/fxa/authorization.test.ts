import { describe, expect, it } from 'vitest';
import { authorizationUrl, newAttemptSecrets } from './authorization.ts';
import type { AuthorizationRequest } from './authorization-parameters.ts';
import { deployment, failure } from './testing/deployment.ts';

const BASE: AuthorizationRequest = {
  redirectUri: 'https://0123456789abcdef0123456789abcdef01234567.extensions.allizom.org/',
  scope: ['openid', 'profile'],
  state: 'the-state',
  codeChallenge: '1_HIExZcKfkn-lXXrrD8I_WXFXCHrQERPBoZPNWxxoQ',
};
const ID_TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
const KEY = { kty: 'EC', crv: 'P-256', x: 'eHg', y: 'eXk' };
const FLOW = { flowId: 'ab'.repeat(32), flowBeginTime: 1795240445123, deviceId: 'cd'.repeat(16) };

const keysJwk = (key: object) =>
  btoa(JSON.stringify(key)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const sent = (change: Partial<AuthorizationRequest> = {}) =>
  Object.fromEntries(new URL(authorizationUrl(deployment(), { ...BASE, ...change })).searchParams);
const refused = (change: object) => failure(() => authorizationUrl(deployment(), { ...BASE, ...change }));

describe('authorizationUrl', () => {
  it('sends only the required parameters by default', () => {
    const url = new URL(authorizationUrl(deployment(), BASE));
    expect(url.origin + url.pathname).toBe('http://127.0.0.1:9720/authorization');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'a1b2c3d4e5f60001',
      redirect_uri: BASE.redirectUri,
      scope: 'openid profile',
      state: 'the-state',
      code_challenge: BASE.codeChallenge,
      code_challenge_method: 'S256',
      response_type: 'code',
    });
  });

  it('sends every parameter by its name on the wire', () => {
    const request: Partial<AuthorizationRequest> = {
      accessType: 'offline',
      action: 'force_auth',
      email: 'ada@example.com',
      prompt: 'login',
      maxAge: 0,
      acrValues: 'AAL2',
      keysJwk: keysJwk(KEY),
      metrics: {
        entrypoint: 'popup',
        entrypointExperiment: 'exp.1',
        entrypointVariation: 'b',
        utm: {
          campaign: 'page+referral+-+not+part+of+a+campaign',
          content: 'c',
          medium: 'm/1',
          source: 's%20',
          term: 't',
        },
        flow: FLOW,
      },
    };
    expect(sent(request)).toMatchObject({
      access_type: 'offline',
      action: 'force_auth',
      email: 'ada@example.com',
      prompt: 'login',
      max_age: '0',
      acr_values: 'AAL2',
      keys_jwk: keysJwk(KEY),
      entrypoint: 'popup',
      entrypoint_experiment: 'exp.1',
      entrypoint_variation: 'b',
      utm_campaign: 'page+referral+-+not+part+of+a+campaign',
      utm_content: 'c',
      utm_medium: 'm/1',
      utm_source: 's%20',
      utm_term: 't',
      flow_id: FLOW.flowId,
      flow_begin_time: '1795240445123',
      device_id: FLOW.deviceId,
    });
    expect(sent({ prompt: 'none', idTokenHint: ID_TOKEN, returnOnError: false })).toMatchObject({
      prompt: 'none',
      id_token_hint: ID_TOKEN,
      return_on_error: 'false',
    });
  });

  it('omits undefined parameters', () => {
    expect(sent({ email: undefined, metrics: { utm: { term: undefined } } })).toEqual(sent());
  });

  it('accepts scopes as a list or a string', () => {
    expect(sent({ scope: 'profile openid' }).scope).toBe('profile openid');
  });

  it('opens the sign-up form', () => {
    expect(sent({ signUp: true }).action).toBe('signup');
    expect(sent({ signUp: false })).not.toHaveProperty('action');
  });

  it('prefills an email address as email or login_hint', () => {
    expect(sent({ loginHint: 'ada+x@example.com' }).login_hint).toBe('ada+x@example.com');
    expect(sent({ action: 'email', email: 'ada@example.com' })).toMatchObject({ action: 'email' });
  });

  const wrong: [parameter: string, change: object][] = [
    ['redirect_uri', { redirectUri: 'http://example.com/' }],
    ['redirect_uri', { redirectUri: 'moz-extension://5f2d2f3e-1111-4222-8333-444455556666/cb.html' }],
    ['redirect_uri', { redirectUri: 'https://example.com/#x' }],
    ['redirect_uri', { redirectUri: `https://example.com/${'x'.repeat(256)}` }],
    ['redirect_uri', { redirectUri: undefined }],
    ['scope', { scope: [] }],
    ['scope', { scope: '' }],
    ['scope', { scope: 'profile pro-file' }],
    ['scope', { scope: 'https://identity.mozilla.com/apps/oldsync#read' }],
    ['scope', { scope: Array.from({ length: 30 }, (_, index) => `profile:x${index}`) }],
    ['scope', { scope: undefined }],
    ['state', { state: '' }],
    ['state', { state: 'x'.repeat(257) }],
    ['state', { state: 'a\nb' }],
    ['state', { state: undefined }],
    ['code_challenge', { codeChallenge: 'abc' }],
    ['code_challenge', { codeChallenge: 'x'.repeat(44) }],
    ['code_challenge', { codeChallenge: undefined }],
    ['access_type', { accessType: 'always' }],
    ['action', { action: 'pairing' }],
    ['action', { action: 'email', signUp: true }],
    ['email', { email: 'blank' }],
    ['email', { email: '' }],
    ['email', { action: 'force_auth' }],
    ['login_hint', { loginHint: 'ada' }],
    ['login_hint', { loginHint: 'ada@example.com', email: 'ada@example.com' }],
    ['prompt', { prompt: 'select_account' }],
    ['prompt', { prompt: 'login consent' }],
    ['max_age', { maxAge: -1 }],
    ['max_age', { maxAge: 1.5 }],
    ['max_age', { maxAge: Number.NaN }],
    ['id_token_hint', { prompt: 'none', idTokenHint: 'not-a-token' }],
    ['id_token_hint', { idTokenHint: ID_TOKEN }],
    ['return_on_error', { returnOnError: true }],
    ['acr_values', { acrValues: 'AAL1' }],
    ['keys_jwk', { keysJwk: 'not json' }],
    ['keys_jwk', { keysJwk: keysJwk({ ...KEY, d: 'secret' }) }],
    ['keys_jwk', { keysJwk: keysJwk({ ...KEY, kty: 'RSA' }) }],
    ['keys_jwk', { keysJwk: btoa('null') }],
    ['keys_jwk', { prompt: 'none', keysJwk: keysJwk(KEY) }],
    ['email', { prompt: 'none', email: 'ada@example.com', idTokenHint: ID_TOKEN }],
    ['login_hint', { prompt: 'none', loginHint: 'ada@example.com' }],
    ['action', { prompt: 'none', signUp: true }],
    ['entrypoint', { metrics: { entrypoint: 'pop up' } }],
    ['entrypoint_experiment', { metrics: { entrypointExperiment: '' } }],
    ['utm_source', { metrics: { utm: { source: 'x'.repeat(129) } } }],
    ['utm_campaign', { metrics: { utm: { campaign: 'a+b' } } }],
    ['flow_id', { metrics: { flow: { ...FLOW, flowId: 'ab' } } }],
    ['flow_id', { metrics: { flow: { ...FLOW, flowId: undefined } } }],
    ['flow_begin_time', { metrics: { flow: { ...FLOW, flowBeginTime: 1795240445 } } }],
    ['device_id', { metrics: { flow: { flowId: FLOW.flowId, flowBeginTime: FLOW.flowBeginTime } } }],
    ['state', { metrics: { state: 'chosen-by-metrics' } }],
    ['entrypoint', { entrypoint: 'popup' }],
    ['clientId', { clientId: 'fedcba9876543210' }],
    ['redirect_uri', { redirect_uri: 'https://example.com/' }],
    ['nonce', { nonce: 'n' }],
    ['service', { service: 'sync' }],
    ['context', { context: 'oauth_webchannel_v1' }],
    ['toString', { toString: 'x' }],
    ['email', { email: { toString: () => 'ada@example.com' } }],
  ];
  it.each(wrong)('rejects an invalid %s: %o', async (parameter, change) => {
    expect(await refused(change)).toMatchObject({ code: 'invalid_request', parameter });
  });

  it('rejects a malformed client id', async () => {
    const failed = await failure(() => authorizationUrl({ ...deployment(), clientId: '' }, BASE));
    expect(failed).toMatchObject({ code: 'invalid_request', parameter: 'client_id' });
  });

  it('does not repeat values in its message', async () => {
    const failed = await refused({ prompt: 'none', email: 'ada@example.com' });
    expect(`${failed.message} ${JSON.stringify(failed)}`).not.toContain('ada@example.com');
  });
});

describe('newAttemptSecrets', () => {
  it('returns fresh values that the authorization request accepts', async () => {
    const first = await newAttemptSecrets();
    const second = await newAttemptSecrets();
    expect(sent({ state: first.state, codeChallenge: first.codeChallenge })).toMatchObject({
      state: first.state,
    });
    expect(first.codeVerifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set([...Object.values(first), ...Object.values(second)]).size).toBe(6);
  });

  it('derives the challenge with S256', async () => {
    const { codeVerifier, codeChallenge } = await newAttemptSecrets();
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier));
    expect(codeChallenge).toBe(Buffer.from(digest).toString('base64url'));
  });
});
