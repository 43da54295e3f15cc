// Sign-in, profile and sign-out of the session, against the mock server of every era.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ALL_ERAS, createHarness, type Harness } from './harness.ts';

describe.each(ALL_ERAS)('with the servers of %s', (era) => {
  let world: Harness;
  // Elsewhere than at FxA tokens have no certain form; oidc-provider's are so.
  const tokenForm = era === 'next' ? /^[\w-]{43}$/ : /^[0-9a-f]{64}$/;
  beforeEach(async () => {
    world = await createHarness(era);
  });
  afterEach(() => world.stop());

  it('signs in and shows the account', async () => {
    await world.session.signIn();
    expect(world.view()).toMatchObject({
      status: 'signedIn',
      account: { email: 'ada@example.com', displayName: 'Ada Lovelace' },
      pendingRevocations: 0,
    });
    expect(world.view()).not.toHaveProperty('problem');
    expect(world.record().outbox).toEqual([]);
    expect(world.record().journal.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'signedOut → signingIn',
      'signingIn → signedIn',
    ]);
    expect(world.host.reports).toEqual([]);
  });

  it('keeps no token in local storage, and none in the view', async () => {
    await world.session.signIn();
    const [accessToken, refreshToken] = world.issued;
    const local = JSON.stringify([...world.host.local]);
    expect(refreshToken).toMatch(tokenForm);
    expect(local).not.toContain(accessToken);
    expect(local).not.toContain(refreshToken);
    // The access token is in the memory of the browser; the refresh token is nowhere in clear.
    expect(world.stored()).toContain(accessToken);
    expect(world.stored()).not.toContain(refreshToken);
  });

  it('signs out at once here, then destroys grant and access token at Mozilla accounts', async () => {
    await world.session.signIn();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([1, 1]);
    await world.session.signOut();
    expect(world.view()).toEqual({
      version: 4,
      status: 'signedOut',
      endReason: { code: 'signed_out', reason: 'by_user', at: expect.any(Number) as number },
      sessionOnly: 'off',
      pendingRevocations: 0,
      metrics: { on: false, blockedBy: expect.arrayContaining(['no_companion', 'switch']) as string[] },
      issuer: world.mock.origin,
      tab: true,
      lastChange: { at: expect.any(Number) as number, from: 'signedIn', to: 'signedOut', why: 'by_user' },
    });
    await world.session.drainOutbox();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
    expect(world.host.alarms.size).toBe(0);
  });

  it('signs out offline, and destroys the grant when back online', async () => {
    await world.session.signIn();
    world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await world.session.signOut();
    await world.session.drainOutbox();
    expect(world.view()).toMatchObject({ status: 'signedOut', pendingRevocations: 1 });
    expect(world.host.alarms.get('fxa:outbox')).toBeGreaterThan(Date.now());

    world.host.fetch = fetch;
    world.host.skew = 3_600_000;
    await world.restart();
    expect(world.view().pendingRevocations).toBe(0);
    expect(world.liveGrants()).toBe(0);
  });

  it('refreshes once for all callers when a resource refuses the token, and keeps the grant', async () => {
    await world.session.signIn();
    const before = world.record().session;
    await refuseToken(world.issued[0] ?? '');
    const requests = vi.fn(world.host.fetch);
    world.host.fetch = requests;
    await Promise.all([world.session.refreshProfile(), world.session.refreshProfile()]);
    expect(requests.mock.calls.filter(([url]) => String(url).endsWith('/token'))).toHaveLength(1);
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    expect(world.view()).not.toHaveProperty('problem');
    // The next server rotates the refresh token (next.test.ts): the last of an answer's two.
    if (era !== 'next')
      expect(world.record().session).toMatchObject({ grant: (before as { grant: object }).grant });
    // The refused token isn't handed out again.
    const { token } = await world.session.accessToken('profile');
    expect(token).toBe(world.issued.at(era === 'next' ? -2 : -1));
  });

  /** At FxA the token dies; on the next server that might end the grant, so a fault refuses it there. */
  async function refuseToken(token: string): Promise<void> {
    if (era === 'next') {
      world.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 401 }, times: 1 }]);
      return;
    }
    await fetch(`${world.mock.origin}/v1/destroy`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    expect(world.liveTokens()).toBe(0);
  }

  it('doesn’t refresh again while the new token is fresh', async () => {
    await world.session.signIn();
    world.host.skew = 3_590_000;
    await world.session.refreshProfile();
    const refreshed = world.issued.length;
    await world.session.refreshProfile();
    expect(world.issued).toHaveLength(refreshed);
    expect(world.view()).not.toHaveProperty('problem');
  });

  it('hands out one token to many callers, and a new one when it is about to expire', async () => {
    await world.session.signIn();
    const ask = async () => (await world.session.accessToken('profile')).token;
    const first = await Promise.all([1, 2, 3].map(ask));
    expect(new Set(first).size).toBe(1);
    world.host.skew = 3_590_000;
    const second = await Promise.all([1, 2, 3].map(ask));
    expect(new Set(second).size).toBe(1);
    expect(second[0]).not.toBe(first[0]);
  });

  it('asks for a new sign-in when Mozilla accounts rejects the grant, and accepts one', async () => {
    await world.session.signIn();
    const uid = world.view().account?.uid ?? '';
    world.mock.store.disconnect(uid, 'a1b2c3d4e5f60001');
    await world.session.refreshProfile();
    expect(world.view()).toMatchObject({
      status: 'needsReauth',
      account: { email: 'ada@example.com' },
      endReason: { code: 'reauth_required' },
    });

    let opened = '';
    const signIn = world.host.simulatedUser;
    world.host.simulatedUser = (url) => {
      opened = url;
      return signIn(url);
    };
    await world.session.signIn();
    expect(new URL(opened).searchParams.get('login_hint')).toBe('ada@example.com');
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    expect(world.liveGrants()).toBe(1);
  });

  it('replaces one account with another, and destroys the first one’s grant', async () => {
    await world.session.signIn();
    world.signsInAs('lin@example.com');
    await world.session.signIn();
    await world.session.drainOutbox();
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
    expect(world.stored()).not.toContain('ada@example.com');
    expect(world.liveGrants()).toBe(1);
    expect(world.liveTokens()).toBe(1);
  });

  it('is still signed in after a restart of the browser, and refreshes', async () => {
    await world.session.signIn();
    world.host.memory.clear();
    await world.restart();
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    await world.session.refreshProfile();
    expect(world.view()).not.toHaveProperty('problem');
    expect((await world.session.accessToken('profile')).token).toMatch(tokenForm);
  });
});

describe('FxA’s own grant, while discovery already names another server', () => {
  let world: Harness;
  afterEach(() => world.stop());

  it('is refreshed and destroyed at FxA for as long as FxA answers there', async () => {
    world = await createHarness('today');
    await world.session.signIn();
    const { origin } = world.mock;
    const standard = {
      issuer: origin,
      authorization_endpoint: `${origin}/oidc/auth`,
      token_endpoint: `${origin}/oidc/token`,
      userinfo_endpoint: `${origin}/v1/profile`,
      jwks_uri: `${origin}/v1/jwks`,
      introspection_endpoint: `${origin}/oidc/token/introspection`,
      revocation_endpoint: `${origin}/oidc/token/revocation`,
    };
    const network = world.host.fetch;
    let blips = 1;
    world.host.fetch = async (input, init) => {
      const url = String(input);
      if (url.includes('/.well-known/')) return Response.json(standard);
      if (url.includes('/oidc/')) return Response.json({ error: 'invalid_grant' }, { status: 400 });
      if (url.endsWith('/v1/token') && blips-- > 0) throw new TypeError('The network is gone.');
      return network(input, init);
    };
    world.host.memory.delete('endpoints');
    const { token } = await world.session.accessToken('profile');
    expect((await world.session.accessToken('profile', token)).token).not.toBe(token);
    expect(world.host.memory.get('endpoints')).toMatchObject({ dialect: 'oauth2' });
    await world.session.accessToken('profile:uid');
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    await world.session.signOut();
    await world.session.drainOutbox();
    expect(world.liveGrants()).toBe(0);
  });
});
