// The whole life of a sign-in on the server that Mozilla plans: the dialect is learned, tokens rotate, and none is lost.
import { afterEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let world: Harness;
afterEach(() => world.stop());

async function signedIn(): Promise<void> {
  world = await createHarness('next');
  await world.session.signIn();
  expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
}

/** A fresh token, for which the last one is given up. */
const refreshed = async (scope = 'profile') => {
  const { token } = await world.session.accessToken(scope);
  return world.session.accessToken(scope, token);
};

const grant = () => {
  const { session } = world.record();
  if (session.status !== 'signedIn') throw new Error('There is no session.');
  return session.grant;
};
const reasons = () => world.record().journal.map(({ why }) => why);
const isTokenRequest = (input: unknown) => String(input).endsWith('/oidc/token');

/** From now on the browser opens nothing that it sealed before. */
function loseKey(): void {
  const damaged = <T>(value: T) => JSON.parse(JSON.stringify(value).replaceAll('sealed:', 'lost:')) as T;
  for (const [key, value] of world.host.local) world.host.local.set(key, damaged(value));
  world.host.backup = damaged(world.host.backup);
}

async function signedOut(): Promise<void> {
  await world.session.signOut();
  await world.session.drainOutbox();
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
  expect(world.record().outbox).toEqual([]);
}

describe('on the next server', () => {
  it('a person signs in, and out, and no token is alive afterwards', async () => {
    await signedIn();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([1, 1]);
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
    expect(world.liveGrants()).toBe(1);
    for (const token of world.issued) expect(JSON.stringify(world.record())).not.toContain(token);
    await signedOut();
  });

  it('narrow tokens asked for at the same time are refreshed one after the other', async () => {
    await signedIn();
    const { token } = await world.session.accessToken('profile');
    const scopes = ['profile:uid', 'profile:email', 'openid profile:locale', 'profile'];
    const tokens = await Promise.all(scopes.map((scope) => world.session.accessToken(scope, token)));
    expect(tokens.map((each) => each.token)).not.toContain(token);
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    expect(world.liveGrants()).toBe(1);
  });

  it('a token that was refused is not revoked, which might end the whole grant', async () => {
    await signedIn();
    await refreshed();
    await world.session.drainOutbox();
    expect(world.liveGrants()).toBe(1);
    await refreshed();
    expect(world.view()).toMatchObject({ status: 'signedIn' });
  });

  it('a sign-out during a refresh revokes the token that came with the answer', async () => {
    await signedIn();
    const network = world.host.fetch;
    let leave: Promise<void> | undefined;
    world.host.fetch = async (input, init) => {
      const answer = await network(input, init);
      if (isTokenRequest(input)) leave ??= world.session.signOut();
      await leave;
      return answer;
    };
    await expect(refreshed()).rejects.toMatchObject({ code: 'signed_out' });
    world.host.fetch = network;
    await world.session.drainOutbox();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
    expect(world.record().outbox).toEqual([]);
  });

  it('an answer that never came ends the sign-in, and the person is told why', async () => {
    await signedIn();
    const network = world.host.fetch;
    world.host.fetch = async (input, init) => {
      const answer = await network(input, init);
      if (!isTokenRequest(input)) return answer;
      throw new TypeError('The network is gone.');
    };
    await expect(refreshed()).rejects.toMatchObject({ code: 'offline' });
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    world.host.fetch = network;
    await expect(world.session.accessToken('profile:uid')).rejects.toMatchObject({ code: 'reauth_required' });
    expect(world.view()).toMatchObject({
      status: 'needsReauth',
      endReason: { code: 'reauth_required', reason: 'rotation_lost' },
    });
    expect(reasons()).toContain('rotation_lost');
  });

  it('a grant that was ended elsewhere is told of as such, also after a refused request', async () => {
    await signedIn();
    await expect(world.session.accessToken('profile:subscriptions:write')).rejects.toMatchObject({
      code: 'scope_denied',
    });
    const { uid = '' } = world.view().account ?? {};
    world.mock.store.disconnect(uid, 'a1b2c3d4e5f60001');
    await expect(refreshed()).rejects.toMatchObject({ code: 'reauth_required' });
    expect(world.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'grant_revoked' } });
  });

  it('a restarted browser learns the dialect anew, from FxA’s address being gone', async () => {
    await signedIn();
    world.host.memory.clear();
    await world.restart();
    expect(await world.session.accessToken('profile')).toMatchObject({ uid: world.view().account?.uid });
    world.host.memory.clear();
    await world.restart();
    await signedOut();
  });

  it('a sign-in that ends with the browser keeps its token in memory alone, until it is revoked', async () => {
    world = await createHarness('next');
    await world.session.setSessionOnly(true);
    await world.session.signIn();
    await refreshed();
    expect(grant().sealed).toBeUndefined();
    const network = world.host.fetch;
    world.host.fetch = () => Promise.reject(new TypeError('offline'));
    await world.session.signOut();
    await world.session.runMaintenance();
    expect(JSON.stringify([...world.host.local])).not.toContain(world.issued.at(-1));
    expect(world.liveGrants()).toBe(1);
    world.host.fetch = network;
    world.host.skew += 60_000;
    await world.session.drainOutbox();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
    expect(JSON.stringify([...world.host.memory])).not.toContain(world.issued.at(-1));
  });

  it('a grant whose tokens are lost is counted, for nothing else revokes it', async () => {
    await signedIn();
    const network = world.host.fetch;
    world.host.fetch = () => Promise.reject(new TypeError('offline'));
    await world.session.signOut();
    await world.session.runMaintenance();
    loseKey();
    world.host.memory.clear();
    world.host.fetch = network;
    world.host.skew += 60_000;
    await world.session.drainOutbox();
    expect(world.record().outbox).toEqual([]);
    expect(reasons()).toContain('revocations_lost');
    expect(world.liveGrants()).toBe(1);
  });

  it('a sign-in that fails after its tokens came leaves none alive', async () => {
    world = await createHarness('next');
    const network = world.host.fetch;
    world.host.fetch = async (input, init) =>
      String(input).endsWith('/oidc/jwks') ? Response.json({ keys: [] }) : network(input, init);
    await world.session.signIn();
    expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'bad_response' } });
    world.host.fetch = network;
    await world.session.drainOutbox();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
  });

  it('a grant is not shown to FxA’s endpoints, which would call it gone, and a refused document changes nothing', async () => {
    await signedIn();
    const network = world.host.fetch;
    const asked: string[] = [];
    world.host.fetch = async (input, init) => {
      const { pathname } = new URL(String(input));
      asked.push(pathname);
      // FxA still answers, and something in between refuses discovery.
      if (pathname.startsWith('/v1/')) return Response.json({ code: 400, errno: 108 }, { status: 400 });
      if (pathname.startsWith('/.well-known/')) return Response.json({}, { status: 403 });
      return network(input, init);
    };
    await refreshed();
    world.host.memory.clear();
    await world.restart();
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'server_unavailable' });
    expect(asked.filter((path) => path.startsWith('/v1/'))).toEqual([]);
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    world.host.fetch = network;
    expect(await world.session.accessToken('profile')).toMatchObject({ uid: world.view().account?.uid });
  });

  describe('and the build may not connect to an endpoint', () => {
    const problem = { code: 'misconfigured', reason: 'discovery_origin' };
    /** The document names another origin, and the browser lets nothing but the document through. */
    async function moved(era: 'next' | 'today'): Promise<void> {
      world = await createHarness(era, { closed: true });
      if (era === 'today') await world.session.signIn();
      const { origin } = world.mock;
      const other = (path: string) => `https://other.example/${path}`;
      const document = {
        issuer: origin,
        token_endpoint: other('token'),
        userinfo_endpoint: other('me'),
        revocation_endpoint: other('revocation'),
        introspection_endpoint: other('introspection'),
        jwks_uri: other('jwks'),
      };
      world.host.memory.clear();
      world.host.fetch = (input) =>
        String(input).includes('/.well-known/')
          ? Promise.resolve(Response.json(document))
          : Promise.reject(new TypeError('Failed to fetch'));
    }

    it('a sign-in says so, and opens no window', async () => {
      await moved('next');
      await world.session.signIn();
      expect(world.view()).toMatchObject({ status: 'signedOut', problem });
      expect(world.host.windows.opened).toBe(0);
    });

    it('so does a refresh of a session that FxA’s servers began, and the session stays', async () => {
      await moved('today');
      await expect(world.session.accessToken('profile')).rejects.toMatchObject(problem);
      expect(world.view()).toMatchObject({ status: 'signedIn' });
    });
  });
});
