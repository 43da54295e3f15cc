// Sign-in, profile and sign-out of the session, against the mock server of every era.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ALL_ERAS, createHarness, type Harness } from './harness.ts';

describe.each(ALL_ERAS)('with the servers of %s', (era) => {
  let harness: Harness;
  // Elsewhere than at FxA tokens have no certain form; oidc-provider's are so.
  const tokenForm = era === 'next' ? /^[\w-]{43}$/ : /^[0-9a-f]{64}$/;
  beforeEach(async () => {
    harness = await createHarness(era);
  });
  afterEach(() => harness.stop());

  it('signs in and shows the account', async () => {
    await harness.session.signIn();
    expect(harness.view()).toMatchObject({
      status: 'signedIn',
      account: { email: 'ada@example.com', displayName: 'Ada Lovelace' },
      pendingRevocations: 0,
    });
    expect(harness.view()).not.toHaveProperty('problem');
    expect(harness.record().outbox).toEqual([]);
    expect(harness.record().journal.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'signedOut → signingIn',
      'signingIn → signedIn',
    ]);
    expect(harness.host.reports).toEqual([]);
  });

  it('keeps no token in local storage, and none in the view', async () => {
    await harness.session.signIn();
    const [accessToken, refreshToken] = harness.issued;
    const local = JSON.stringify([...harness.host.local]);
    expect(refreshToken).toMatch(tokenForm);
    expect(local).not.toContain(accessToken);
    expect(local).not.toContain(refreshToken);
    // The access token is in the memory of the browser; the refresh token is nowhere in clear.
    expect(harness.stored()).toContain(accessToken);
    expect(harness.stored()).not.toContain(refreshToken);
  });

  it('signs out at once here, then destroys grant and access token at Mozilla accounts', async () => {
    await harness.session.signIn();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([1, 1]);
    await harness.session.signOut();
    expect(harness.view()).toEqual({
      version: 4,
      status: 'signedOut',
      endReason: { code: 'signed_out', reason: 'by_user', at: expect.any(Number) as number },
      sessionOnly: 'off',
      pendingRevocations: 0,
      metrics: { on: false, blockedBy: expect.arrayContaining(['no_companion', 'switch']) as string[] },
      issuer: harness.mock.origin,
      tab: true,
      lastChange: { at: expect.any(Number) as number, from: 'signedIn', to: 'signedOut', why: 'by_user' },
    });
    await harness.session.drainOutbox();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
    expect(harness.host.alarms.size).toBe(0);
  });

  it('signs out offline, and destroys the grant when back online', async () => {
    await harness.session.signIn();
    harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await harness.session.signOut();
    await harness.session.drainOutbox();
    expect(harness.view()).toMatchObject({ status: 'signedOut', pendingRevocations: 1 });
    expect(harness.host.alarms.get('fxa:outbox')).toBeGreaterThan(Date.now());

    harness.host.fetch = fetch;
    harness.host.skew = 3_600_000;
    await harness.restart();
    expect(harness.view().pendingRevocations).toBe(0);
    expect(harness.liveGrants()).toBe(0);
  });

  it('refreshes once for all callers when a resource refuses the token, and keeps the grant', async () => {
    await harness.session.signIn();
    const before = harness.record().session;
    await refuseToken(harness.issued[0] ?? '');
    const requests = vi.fn(harness.host.fetch);
    harness.host.fetch = requests;
    await Promise.all([harness.session.refreshProfile(), harness.session.refreshProfile()]);
    expect(requests.mock.calls.filter(([url]) => String(url).endsWith('/token'))).toHaveLength(1);
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    expect(harness.view()).not.toHaveProperty('problem');
    // The next server rotates the refresh token (next.test.ts): the last of an answer's two.
    if (era !== 'next')
      expect(harness.record().session).toMatchObject({ grant: (before as { grant: object }).grant });
    // The refused token isn't handed out again.
    const { token } = await harness.session.accessToken('profile');
    expect(token).toBe(harness.issued.at(era === 'next' ? -2 : -1));
  });

  /** At FxA the token dies; on the next server that might end the grant, so a fault refuses it there. */
  async function refuseToken(token: string): Promise<void> {
    if (era === 'next') {
      harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 401 }, times: 1 }]);
      return;
    }
    await fetch(`${harness.mock.origin}/v1/destroy`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    expect(harness.liveTokens()).toBe(0);
  }

  it('doesn’t refresh again while the new token is fresh', async () => {
    await harness.session.signIn();
    harness.host.skew = 3_590_000;
    await harness.session.refreshProfile();
    const refreshed = harness.issued.length;
    await harness.session.refreshProfile();
    expect(harness.issued).toHaveLength(refreshed);
    expect(harness.view()).not.toHaveProperty('problem');
  });

  it('hands out one token to many callers, and a new one when it is about to expire', async () => {
    await harness.session.signIn();
    const ask = async () => (await harness.session.accessToken('profile')).token;
    const first = await Promise.all([1, 2, 3].map(ask));
    expect(new Set(first).size).toBe(1);
    harness.host.skew = 3_590_000;
    const second = await Promise.all([1, 2, 3].map(ask));
    expect(new Set(second).size).toBe(1);
    expect(second[0]).not.toBe(first[0]);
  });

  it('asks for a new sign-in when Mozilla accounts rejects the grant, and accepts one', async () => {
    await harness.session.signIn();
    const uid = harness.view().account?.uid ?? '';
    harness.mock.store.disconnect(uid, 'a1b2c3d4e5f60001');
    await harness.session.refreshProfile();
    expect(harness.view()).toMatchObject({
      status: 'needsReauth',
      account: { email: 'ada@example.com' },
      endReason: { code: 'reauth_required' },
    });

    let opened = '';
    const signIn = harness.host.simulatedUser;
    harness.host.simulatedUser = (url) => {
      opened = url;
      return signIn(url);
    };
    await harness.session.signIn();
    expect(new URL(opened).searchParams.get('login_hint')).toBe('ada@example.com');
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    expect(harness.liveGrants()).toBe(1);
  });

  it('replaces one account with another, and destroys the first one’s grant', async () => {
    await harness.session.signIn();
    harness.signsInAs('lin@example.com');
    await harness.session.signIn();
    await harness.session.drainOutbox();
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
    expect(harness.stored()).not.toContain('ada@example.com');
    expect(harness.liveGrants()).toBe(1);
    expect(harness.liveTokens()).toBe(1);
  });

  it('is still signed in after a restart of the browser, and refreshes', async () => {
    await harness.session.signIn();
    harness.host.memory.clear();
    await harness.restart();
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    await harness.session.refreshProfile();
    expect(harness.view()).not.toHaveProperty('problem');
    expect((await harness.session.accessToken('profile')).token).toMatch(tokenForm);
  });
});

describe('FxA’s own grant, while discovery already names another server', () => {
  let harness: Harness;
  afterEach(() => harness.stop());

  it('is refreshed and destroyed at FxA for as long as FxA answers there', async () => {
    harness = await createHarness('today');
    await harness.session.signIn();
    const { origin } = harness.mock;
    const standard = {
      issuer: origin,
      authorization_endpoint: `${origin}/oidc/auth`,
      token_endpoint: `${origin}/oidc/token`,
      userinfo_endpoint: `${origin}/v1/profile`,
      jwks_uri: `${origin}/v1/jwks`,
      introspection_endpoint: `${origin}/oidc/token/introspection`,
      revocation_endpoint: `${origin}/oidc/token/revocation`,
    };
    const network = harness.host.fetch;
    let blips = 1;
    harness.host.fetch = async (input, init) => {
      const url = String(input);
      if (url.includes('/.well-known/')) return Response.json(standard);
      if (url.includes('/oidc/')) return Response.json({ error: 'invalid_grant' }, { status: 400 });
      if (url.endsWith('/v1/token') && blips-- > 0) throw new TypeError('The network is gone.');
      return network(input, init);
    };
    harness.host.memory.delete('endpoints');
    const { token } = await harness.session.accessToken('profile');
    expect((await harness.session.accessToken('profile', token)).token).not.toBe(token);
    expect(harness.host.memory.get('endpoints')).toMatchObject({ dialect: 'oauth2' });
    await harness.session.accessToken('profile:uid');
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    await harness.session.signOut();
    await harness.session.drainOutbox();
    expect(harness.liveGrants()).toBe(0);
  });
});
