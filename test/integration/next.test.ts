// The whole life of a sign-in on the server that Mozilla plans: the dialect is learned, tokens rotate, and none is lost.
import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
afterEach(() => harness.stop());

async function signedIn(): Promise<void> {
  harness = await createHarness('next');
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
}

/** A fresh token, for which the last one is given up. */
const refreshed = async (scope = 'profile') => {
  const { token } = await harness.session.accessToken(scope);
  return harness.session.accessToken(scope, token);
};

const grant = () => {
  const { session } = harness.record();
  if (session.status !== 'signedIn') throw new Error('There is no session.');
  return session.grant;
};
const reasons = () => harness.record().journal.map(({ why }) => why);
const isTokenRequest = (input: unknown) => String(input).endsWith('/oidc/token');

/** From now on the browser opens nothing that it sealed before. */
function loseKey(): void {
  const damaged = <T>(value: T) => JSON.parse(JSON.stringify(value).replaceAll('sealed:', 'lost:')) as T;
  for (const [key, value] of harness.host.local) harness.host.local.set(key, damaged(value));
  harness.host.backup = damaged(harness.host.backup);
}

async function signedOut(): Promise<void> {
  await harness.session.signOut();
  await harness.session.drainOutbox();
  expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
  expect(harness.record().outbox).toEqual([]);
}

describe('on the next server', () => {
  it('a person signs in, and out, and no token is alive afterwards', async () => {
    await signedIn();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([1, 1]);
    await signedOut();
  });

  it('every refresh replaces the stored token, and none is ever used again', async () => {
    await signedIn();
    const ids = new Set([grant().refreshTokenId]);
    for (let turns = 0; turns < 5; turns += 1) {
      await refreshed();
      ids.add(grant().refreshTokenId);
    }
    expect(ids.size).toBe(6);
    expect(harness.liveGrants()).toBe(1);
    for (const token of harness.issued) expect(JSON.stringify(harness.record())).not.toContain(token);
    await signedOut();
  });

  it('narrow tokens asked for at the same time are refreshed one after the other', async () => {
    await signedIn();
    const { token } = await harness.session.accessToken('profile');
    const scopes = ['profile:uid', 'profile:email', 'openid profile:locale', 'profile'];
    const tokens = await Promise.all(scopes.map((scope) => harness.session.accessToken(scope, token)));
    expect(tokens.map((each) => each.token)).not.toContain(token);
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    expect(harness.liveGrants()).toBe(1);
  });

  it('a token that was refused is not revoked, which might end the whole grant', async () => {
    await signedIn();
    await refreshed();
    await harness.session.drainOutbox();
    expect(harness.liveGrants()).toBe(1);
    await refreshed();
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
  });

  it('a sign-out during a refresh revokes the token that came with the answer', async () => {
    await signedIn();
    const network = harness.host.fetch;
    let leave: Promise<void> | undefined;
    harness.host.fetch = async (input, init) => {
      const answer = await network(input, init);
      if (isTokenRequest(input)) leave ??= harness.session.signOut();
      await leave;
      return answer;
    };
    await expect(refreshed()).rejects.toMatchObject({ code: 'signed_out' });
    harness.host.fetch = network;
    await harness.session.drainOutbox();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
    expect(harness.record().outbox).toEqual([]);
  });

  it('an answer that never came ends the sign-in, and the person is told why', async () => {
    await signedIn();
    const network = harness.host.fetch;
    harness.host.fetch = async (input, init) => {
      const answer = await network(input, init);
      if (!isTokenRequest(input)) return answer;
      throw new TypeError('The network is gone.');
    };
    await expect(refreshed()).rejects.toMatchObject({ code: 'offline' });
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    harness.host.fetch = network;
    await expect(harness.session.accessToken('profile:uid')).rejects.toMatchObject({
      code: 'reauth_required',
    });
    expect(harness.view()).toMatchObject({
      status: 'needsReauth',
      endReason: { code: 'reauth_required', reason: 'rotation_lost' },
    });
    expect(reasons()).toContain('rotation_lost');
  });

  it('a grant that was ended elsewhere is told of as such, also after a refused request', async () => {
    await signedIn();
    await expect(harness.session.accessToken('profile:subscriptions:write')).rejects.toMatchObject({
      code: 'scope_denied',
    });
    const { uid = '' } = harness.view().account ?? {};
    harness.mock.store.disconnect(uid, 'a1b2c3d4e5f60001');
    await expect(refreshed()).rejects.toMatchObject({ code: 'reauth_required' });
    expect(harness.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'grant_revoked' } });
  });

  it('a restarted browser learns the dialect anew, from FxA’s address being gone', async () => {
    await signedIn();
    harness.host.memory.clear();
    await harness.restart();
    expect(await harness.session.accessToken('profile')).toMatchObject({ uid: harness.view().account?.uid });
    harness.host.memory.clear();
    await harness.restart();
    await signedOut();
  });

  it('a sign-in that ends with the browser keeps its token in memory alone, until it is revoked', async () => {
    harness = await createHarness('next');
    await harness.session.setSessionOnly(true);
    await harness.session.signIn();
    await refreshed();
    expect(grant().sealed).toBeUndefined();
    const network = harness.host.fetch;
    harness.host.fetch = () => Promise.reject(new TypeError('offline'));
    await harness.session.signOut();
    await harness.session.runMaintenance();
    expect(JSON.stringify([...harness.host.local])).not.toContain(harness.issued.at(-1));
    expect(harness.liveGrants()).toBe(1);
    harness.host.fetch = network;
    harness.host.skew += 60_000;
    await harness.session.drainOutbox();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
    expect(JSON.stringify([...harness.host.memory])).not.toContain(harness.issued.at(-1));
  });

  it('a grant whose tokens are lost is counted, for nothing else revokes it', async () => {
    await signedIn();
    const network = harness.host.fetch;
    harness.host.fetch = () => Promise.reject(new TypeError('offline'));
    await harness.session.signOut();
    await harness.session.runMaintenance();
    loseKey();
    harness.host.memory.clear();
    harness.host.fetch = network;
    harness.host.skew += 60_000;
    await harness.session.drainOutbox();
    expect(harness.record().outbox).toEqual([]);
    expect(reasons()).toContain('revocations_lost');
    expect(harness.liveGrants()).toBe(1);
  });

  it('a sign-in that fails after its tokens came leaves none alive', async () => {
    harness = await createHarness('next');
    const network = harness.host.fetch;
    harness.host.fetch = async (input, init) =>
      String(input).endsWith('/oidc/jwks') ? Response.json({ keys: [] }) : network(input, init);
    await harness.session.signIn();
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'bad_response' } });
    harness.host.fetch = network;
    await harness.session.drainOutbox();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
  });

  it('a grant is not shown to FxA’s endpoints, which would call it gone, and a refused document changes nothing', async () => {
    await signedIn();
    const network = harness.host.fetch;
    const asked: string[] = [];
    harness.host.fetch = async (input, init) => {
      const { pathname } = new URL(String(input));
      asked.push(pathname);
      // FxA still answers, and something in between refuses discovery.
      if (pathname.startsWith('/v1/')) return Response.json({ code: 400, errno: 108 }, { status: 400 });
      if (pathname.startsWith('/.well-known/')) return Response.json({}, { status: 403 });
      return network(input, init);
    };
    await refreshed();
    harness.host.memory.clear();
    await harness.restart();
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({
      code: 'server_unavailable',
    });
    expect(asked.filter((path) => path.startsWith('/v1/'))).toEqual([]);
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    harness.host.fetch = network;
    expect(await harness.session.accessToken('profile')).toMatchObject({ uid: harness.view().account?.uid });
  });

  describe('and the build may not connect to an endpoint', () => {
    const problem = { code: 'misconfigured', reason: 'discovery_origin' };
    /** The document names another origin, and the browser lets nothing but the document through. */
    async function moved(era: 'next' | 'today'): Promise<void> {
      harness = await createHarness(era, { closed: true });
      if (era === 'today') await harness.session.signIn();
      const { origin } = harness.mock;
      const other = (path: string) => `https://other.example/${path}`;
      const document = {
        issuer: origin,
        token_endpoint: other('token'),
        userinfo_endpoint: other('me'),
        revocation_endpoint: other('revocation'),
        introspection_endpoint: other('introspection'),
        jwks_uri: other('jwks'),
      };
      harness.host.memory.clear();
      harness.host.fetch = (input) =>
        String(input).includes('/.well-known/')
          ? Promise.resolve(Response.json(document))
          : Promise.reject(new TypeError('Failed to fetch'));
    }

    it('a sign-in says so, and opens no window', async () => {
      await moved('next');
      await harness.session.signIn();
      expect(harness.view()).toMatchObject({ status: 'signedOut', problem });
      expect(harness.host.windows.opened).toBe(0);
    });

    it('so does a refresh of a session that FxA’s servers began, and the session stays', async () => {
      await moved('today');
      await expect(harness.session.accessToken('profile')).rejects.toMatchObject(problem);
      expect(harness.view()).toMatchObject({ status: 'signedIn' });
    });
  });
});
