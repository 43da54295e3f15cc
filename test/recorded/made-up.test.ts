// The runner held against small recordings that are made up: what state it must see in them.
import { describe, it } from 'vitest';
import {
  accessJwt,
  ANN,
  authError,
  BEN,
  exchange,
  expectSame,
  hex,
  idToken,
  oauthError,
  PUBLIC,
  REDIRECT,
  VERIFIER,
} from './made-up.ts';

const BOTH = ['2023', 'today'] as const;
const SECRET = hex('5');
const CONFIDENTIAL = 'fedcba9876543210';
const RESET = 'after a reset of the password (confidential client)';

const codeGrant = { client_id: PUBLIC, code: hex('c'), code_verifier: VERIFIER };
const refresh = { client_id: PUBLIC, grant_type: 'refresh_token', refresh_token: hex('f') };
const issued = (scope: string, more: object = {}) => ({
  access_token: hex('a'),
  token_type: 'bearer',
  scope,
  expires_in: 21_900,
  ...more,
});
const signedIn = (more: object = {}) => issued('profile', { auth_at: 1_795_833_619, ...more });
const authorization = {
  client_id: PUBLIC,
  redirect_uri: REDIRECT,
  scope: 'profile openid',
  state: 's',
  access_type: 'offline',
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
};
const granted = {
  code: hex('c'),
  state: 's',
  redirect: `${REDIRECT}?code=${hex('c')}&state=s`,
};
const profile = (uid: string, more: object = {}) => ({
  email: 'somebody@example.com',
  locale: '*',
  amrValues: ['pwd', 'email'],
  twoFactorAuthentication: false,
  metricsEnabled: true,
  uid,
  avatar: 'http://127.0.0.1:9411/v1/avatar/s',
  avatarDefault: false,
  ...more,
});
const authorize = (title: string, answer: object, more: object = {}) =>
  exchange(title, '/v1/oauth/authorization', { ...authorization, ...more }, answer);
const confidentialRefresh = (title: string, more: object = {}) =>
  exchange(
    title,
    '/v1/token',
    { ...refresh, client_id: CONFIDENTIAL, client_secret: SECRET },
    issued('profile', more),
  );

describe('what a token is', () => {
  const introspected = {
    active: true,
    scope: 'profile',
    client_id: PUBLIC,
    token_type: 'access_token',
    iat: 1_795_833_621_000,
    exp: 1_795_855_521_000,
    sub: ANN,
    jti: hex('7'),
  };

  it('follows from an opaque token that lives', () =>
    expectSame(BOTH, exchange('introspect', '/v1/introspect', { token: hex('a') }, introspected)));

  it('follows from a JWT of the usual life', () =>
    expectSame(
      BOTH,
      exchange('code grant', '/v1/token', codeGrant, signedIn({ access_token: accessJwt(ANN, 21_900) })),
    ));

  it('follows from the id_token beside it', async () => {
    const others = [exchange('profile', '/v1/profile', { bearer: hex('b') }, profile(ANN))];
    const grant = exchange('code grant', '/v1/token', codeGrant, {
      ...signedIn({ scope: 'openid profile', id_token: idToken(BEN, 2) }),
      refresh_token: hex('f'),
    });
    await expectSame(BOTH, grant, ...others, ...others);
    const verified = { user: BEN, client_id: PUBLIC, scope: ['openid', 'profile'], profile_changed_at: 1 };
    await expectSame(BOTH, exchange('verify', '/v1/verify', { token: hex('a') }, verified), grant, ...others);
  });

  it('follows from a client that names itself in the header', () =>
    expectSame(
      BOTH,
      exchange('Basic', '/v1/token', { code: hex('c') }, issued('profile', { auth_at: 1 }), {
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`${CONFIDENTIAL}:${SECRET}`).toString('base64')}`,
        },
      }),
      confidentialRefresh('refresh'),
    ));
});

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

  it('has signed in by fewer steps than wanted, or too long ago', async () => {
    const message = 'Required Authentication Context Reference values could not be satisfied';
    await expectSame(BOTH, authorize('one step', authError(170, message), { acr_values: 'AAL2' }));
    await expectSame(BOTH, authorize('old', authError(170, message), { max_age: 60 }));
    await expectSame(BOTH, authorize('AAL2', granted, { acr_values: 'AAL2' }));
  });

  it('is nobody the server knows', () =>
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

describe('what differs from run to run', () => {
  it('is the address of the page', () => {
    const location = 'http://127.0.0.1:9430/authorization?client_id=x';
    const path = '/v1/authorization?client_id=x';
    return expectSame(BOTH, exchange('redirect', path, undefined, '', { status: 302, location }));
  });

  it('is the name of a picture', () => {
    const id = '8a'.repeat(16);
    return expectSame(
      BOTH,
      exchange(
        'upload',
        '/v1/avatar/upload',
        {},
        { url: `http://127.0.0.1:9412/a/${id}`, id },
        {
          status: 201,
          headers: { 'content-type': 'image/png', authorization: `Bearer ${hex('a')}` },
          body: '<175 bytes>',
        },
      ),
    );
  });

  it('is when a token expired', () => {
    const answer = {
      ...oauthError(115, 'Expired token', { expiredAt: '2026-11-21T05:54:07.000Z' }),
      info: 'https://github.com/mozilla/fxa-oauth-server/blob/master/docs/api.md#errors',
    };
    return expectSame(['2019'], exchange('expired', '/v1/verify', { token: hex('a') }, answer));
  });
});
