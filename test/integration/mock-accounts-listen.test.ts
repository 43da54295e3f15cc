// A mock server that really listens, and a client library's whole round against it, in both eras.
import * as oauth from 'oauth4webapi';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunningMockServer, startMockServer } from '../../src/mock-accounts/listen.ts';
import { drive, TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';

const running: RunningMockServer[] = [];
const start = async (options: Parameters<typeof startMockServer>[0]) => {
  const mock = await startMockServer(options);
  running.push(mock);
  return mock;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((mock) => mock.stop()));
});

// Everything is plain http on loopback here.
// oxlint-disable-next-line typescript/no-deprecated -- marked so that it stands out, which it should
const insecure = { [oauth.allowInsecureRequests]: true };
const client: oauth.Client = { client_id: TEST_CLIENT };

describe.each(['2019', 'today'] as const)('a whole round, era %s', (era) => {
  it('discovers, redeems, verifies, refreshes, reads, destroys', async () => {
    const { origin, store, context, app } = await start({ era });
    const issuer = new URL(origin);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, insecure),
    );

    const { code, verifier } = await drive({ app, context }).code();
    const callback = oauth.validateAuthResponse(
      server,
      client,
      new URLSearchParams({ code, state: 'state' }),
      'state',
    );
    const redirectUri = store.clients.get(TEST_CLIENT)?.redirectUris[0] ?? '';
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      callback,
      redirectUri,
      verifier,
      insecure,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, answer, insecure);
    const uid = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? '';

    const info = await oauth.processUserInfoResponse(
      server,
      client,
      uid,
      await oauth.userInfoRequest(server, client, tokens.access_token, insecure),
    );
    expect(info).toMatchObject({ sub: uid, uid, email: 'ada@example.com' });

    const again = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.None(),
      tokens.refresh_token ?? '',
      {
        ...insecure,
        additionalParameters: { scope: 'profile' },
      },
    );
    const refreshed = await oauth.processRefreshTokenResponse(server, client, again);
    expect(refreshed).toMatchObject({ scope: 'profile', token_type: 'bearer' });
    expect(refreshed.refresh_token).toBeUndefined();

    for (const body of [
      { token: tokens.access_token },
      { token: refreshed.access_token },
      { refresh_token: tokens.refresh_token },
    ]) {
      const gone = await fetch(`${origin}/v1/destroy`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(gone.status).toBe(200);
    }
    expect(store.liveGrants()).toEqual([]);
    expect(store.liveAccessTokens()).toEqual([]);
  });
});

describe('listening', () => {
  it('two do not know of each other', async () => {
    const [one, two] = await Promise.all([start({ era: 'today' }), start({ era: '2019' })]);
    expect(one.origin).not.toBe(two.origin);
    one.store.accounts.add({ email: 'only@example.com', password: 'of the first' });
    expect(two.store.accounts.byEmail('only@example.com')).toBeUndefined();
  });

  it('a port in use is an error of its own', async () => {
    const { origin } = await start({ era: 'today' });
    await expect(startMockServer({ era: 'today', port: Number(new URL(origin).port) })).rejects.toMatchObject(
      {
        code: 'EADDRINUSE',
      },
    );
  });

  it('stops for good', async () => {
    const { origin, stop } = await startMockServer({ era: 'today' });
    expect((await fetch(`${origin}/__heartbeat__`)).status).toBe(200);
    await stop();
    await expect(fetch(`${origin}/__heartbeat__`)).rejects.toThrow();
  });
});
