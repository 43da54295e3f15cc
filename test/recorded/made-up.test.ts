// The runner held against small recordings that are made up: what state it must see in them.
import { describe, expect, it } from 'vitest';
import { EXCHANGES_2023, readExchange } from './exchange.ts';
import {
  ANN,
  authError,
  authorization,
  authorize,
  codeGrant,
  CONFIDENTIAL,
  confidentialRefresh,
  exchange,
  expectSame,
  granted,
  hex,
  issued,
  oauthError,
  profile,
  refresh,
  SECRET,
  signedIn,
} from './made-up.ts';

const BOTH = ['2023', 'today'] as const;

const RESET = 'after a reset of the password (confidential client)';

describe('what has happened', () => {
  it('left a confidential client its access token', () =>
    expectSame(
      BOTH,
      exchange(
        'profile after a change of password (confidential client)',
        '/v1/profile',
        { bearer: hex('a') },
        profile(ANN),
      ),
      authorize('usual', granted),
      confidentialRefresh('refresh'),
    ));

  it('took everything today, but not in 2023', async () => {
    await expectSame(BOTH, confidentialRefresh(`refresh ${RESET}`));
    const auth = { ...refresh, client_id: CONFIDENTIAL, client_secret: SECRET };
    await expectSame(BOTH, exchange(`refresh ${RESET}`, '/v1/oauth/token', auth, issued('profile')));
    await expectSame(BOTH, exchange('a code, after a reset', '/v1/token', codeGrant, signedIn()));
    const verified = { user: ANN, client_id: CONFIDENTIAL, scope: ['profile'], profile_changed_at: 1 };
    const verify = exchange(`verify ${RESET}`, '/v1/verify', { token: hex('a') }, verified);
    await expectSame(BOTH, verify, confidentialRefresh('refresh', { access_token: hex('b') }));
  });

  it('took the profile, with all that its headers tell of it', async () => {
    const recorded = EXCHANGES_2023.find(
      ({ request: { path }, response: { status } }) => path === '/v1/profile' && status === 200,
    );
    const title = `profile ${RESET}`;
    if (recorded !== undefined)
      await expectSame(BOTH, { ...recorded, title }, confidentialRefresh('refresh'));
    expect(recorded).toBeDefined();
  });

  it('filled the cache of 2019 before the account was deleted', () => {
    const { metricsEnabled: _, ...of2019 } = profile(ANN);
    const cached = { ...of2019, avatar: `http://127.0.0.1:1112/a/${'0'.repeat(32)}`, avatarDefault: true };
    const title = 'profile just after the account was deleted (cached)';
    return expectSame(['2019'], exchange(title, '/v1/profile', { bearer: hex('a') }, cached));
  });

  it('was too often, though no title counts', () => {
    const answer = authError(114, 'Client has sent too many requests', {
      code: 429,
      error: 'Too Many Requests',
      retryAfter: 900,
      retryAfterLocalized: 'in 15 minutes',
      verificationMethod: 'email-captcha',
      verificationReason: 'login',
    });
    const body = { email: 'ann@example.com', authPW: hex('f') };
    return expectSame(BOTH, exchange('a wrong password', '/v1/account/login', body, answer));
  });
});

describe('who asks', () => {
  it('has not confirmed the account, or the session', async () => {
    await expectSame(BOTH, authorize('too early', authError(104, 'Unconfirmed account')));
    await expectSame(BOTH, authorize('too early', authError(138, 'Unconfirmed session')));
  });

  it('has signed in by fewer steps than wanted, or by as many', async () => {
    const message = 'Required Authentication Context Reference values could not be satisfied';
    await expectSame(BOTH, authorize('one step', authError(170, message), { acr_values: 'AAL2' }));
    await expectSame(BOTH, authorize('AAL2', granted, { acr_values: 'AAL2' }));
  });

  it('is unknown to the server', () =>
    expectSame(
      BOTH,
      exchange(
        'sign-in',
        '/v1/account/login',
        { email: 'ann@example.com', authPW: hex('f') },
        authError(102, 'Unknown account', { email: 'ann@example.com' }),
      ),
    ));

  it('has set and bought what the profile shows', () =>
    expectSame(
      BOTH,
      exchange(
        'profile',
        '/v1/profile',
        { bearer: hex('a') },
        profile(ANN, { locale: 'de', metricsEnabled: false, subscriptions: ['pro'] }),
      ),
    ));
});

describe('what is asked for', () => {
  it('is no scope, or one that another implies', async () => {
    const { scope: _, ...none } = authorization;
    await expectSame(BOTH, exchange('no scope', '/v1/oauth/authorization', none, granted));
    await expectSame(BOTH, authorize('implied', granted, { scope: 'profile profile:email openid' }));
  });

  it('is a member that has a meaning today alone', async () => {
    await expectSame(BOTH, authorize('unknown member', granted, { prompt: 'foo' }));
    await expectSame(BOTH, authorize('unknown member', granted, { prompt: 'login', max_age: null }));
    await expectSame(BOTH, authorize('unknown member', granted, { max_age: -1 }));
    await expectSame(BOTH, authorize('long scope', granted, { scope: `profile ${'x'.repeat(256)}` }));
  });

  it('is a scope that the client may have, but was not granted', () => {
    const scope = 'https://identity.mozilla.com/apps/notes';
    const answer = oauthError(114, 'Requested scopes are not allowed', {
      error: 'Invalid scopes',
      invalidScopes: [scope],
    });
    return expectSame(
      BOTH,
      exchange('wider', '/v1/token', { ...refresh, scope }, answer),
      authorize('key-bearing', granted, { scope }),
    );
  });
});

it('reads requests that were written down as text, whatever they lack', () => {
  const raw = { n: 1, section: 'B', title: 'text' };
  const post = readExchange({
    ...raw,
    text: '```\nPOST /a (signed)\n{"b":1}\n```\n→ 400\n```json\n{"code":400}\n```',
  });
  expect(post).toMatchObject({
    request: { method: 'POST', path: '/a', body: '{"b":1}' },
    response: { status: 400, body: '{"code":400}' },
  });
  const get = readExchange({ ...raw, text: '```\nGET /a?b=c\n```\n→ 302' });
  expect(get).toMatchObject({
    request: { method: 'GET', path: '/a?b=c', body: '' },
    response: { status: 302, body: '' },
  });
});
