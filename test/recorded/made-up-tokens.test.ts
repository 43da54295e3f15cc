// The runner held against small recordings that are made up: what it must see of tokens in them, and what it must overlook.
import { describe, it } from 'vitest';
import {
  accessJwt,
  ANN,
  BEN,
  codeGrant,
  CONFIDENTIAL,
  confidentialRefresh,
  exchange,
  expectSame,
  hex,
  idToken,
  issued,
  oauthError,
  profile,
  PUBLIC,
  refresh,
  SECRET,
  signedIn,
} from './made-up.ts';

const BOTH = ['2023', 'today'] as const;

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

  it('follows from the grant it was issued by', async () => {
    const introspect = exchange('introspect', '/v1/introspect', { token: hex('a') }, introspected);
    const id = { id_token: idToken(ANN, 2) };
    await expectSame(BOTH, introspect, exchange('code grant', '/v1/token', codeGrant, signedIn(id)));
    await expectSame(BOTH, introspect, exchange('refresh', '/v1/token', refresh, issued('profile')));
  });

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

  it('follows from a JWT that is over', () =>
    expectSame(
      BOTH,
      exchange(
        'an expired JWT',
        '/v1/verify',
        { token: accessJwt(ANN, 60) },
        oauthError(108, 'Invalid token'),
      ),
    ));

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

describe('what differs from run to run', () => {
  it('is the address of the page', async () => {
    const redirect = (sent: string, passedOn: string) =>
      exchange('redirect', `/v1/authorization?${sent}`, undefined, '', {
        status: 302,
        location: `http://127.0.0.1:9430/authorization?${passedOn}`,
      });
    await expectSame(BOTH, redirect('scope=a+b&state=%7E*', 'scope=a+b&state=%7E*'));
    await expectSame(['2019'], redirect('scope=a+b&state=~*', 'scope=a%20b&state=~*'));
  });

  it('is where the servers are that are not played', () => {
    const own = 'http://127.0.0.1:9400';
    const path = '/.well-known/fxa-client-configuration';
    const answer = {
      auth_server_base_url: own,
      oauth_server_base_url: own,
      profile_server_base_url: 'http://127.0.0.1:9411',
      pairing_server_base_uri: 'wss://channelserver.example.com',
      sync_tokenserver_base_url: 'http://localhost:8000/token',
    };
    return expectSame(
      BOTH,
      exchange('configuration', path, undefined, answer, { headers: { host: '127.0.0.1:9430' } }),
    );
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

  it('is what a profile is known by', async () => {
    for (const known of [
      { 'if-none-match': '"x"' },
      { 'if-modified-since': 'Sat, 28 Nov 2026 02:40:21 GMT' },
    ]) {
      const headers = { authorization: `Bearer ${hex('a')}`, ...known };
      await expectSame(BOTH, exchange('known', '/v1/profile', undefined, '', { status: 304, headers }));
    }
  });

  it('is how a picture looks', async () => {
    const broken = {
      code: 500,
      errno: 103,
      error: 'Internal Server Error',
      message: 'Image processing error',
    };
    for (const type of ['image/png', 'image/jpeg']) {
      const headers = { 'content-type': type, authorization: `Bearer ${hex('a')}` };
      const more = { headers, body: '<675 bytes>' };
      await expectSame(BOTH, exchange('truncated', '/v1/avatar/upload', {}, broken, more));
    }
    const letter = exchange('a letter', '/v1/avatar/a', undefined, '');
    const drawn = { ...letter.response, body: '<svg xmlns="http://www.w3.org/2000/svg"><circle/></svg>' };
    await expectSame(BOTH, { ...letter, response: drawn });
  });

  it('is when a token expired', () => {
    const answer = {
      ...oauthError(115, 'Expired token', { expiredAt: '2026-11-21T05:54:07.000Z' }),
      info: 'https://github.com/mozilla/fxa-oauth-server/blob/master/docs/api.md#errors',
    };
    return expectSame(['2019'], exchange('expired', '/v1/verify', { token: hex('a') }, answer));
  });
});
