// Has the extension and the companion make every request they know, at the mock server, and notes of which kind each was.
import { png } from '../../src/mock-accounts/testing/png.ts';
import { Agent } from 'node:http';
import { expect, vi } from 'vitest';
import type { CompanionSettings } from '../../src/companion/config.ts';
import { examine } from '../../src/extension/pages/doctor/examination.ts';
import { BUILD, healthy } from '../../src/extension/pages/doctor/testing.ts';
import { destroyAccessToken, destroyGrant } from '../../src/fxa/destroy.ts';
import { mockServerEndpoints, type Deployment } from '../../src/fxa/environments.ts';
import { validateAccessToken, exchangeCode, refreshAccessToken } from '../../src/fxa/tokens.ts';
import type { Era } from '../../src/mock-accounts/era.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { startMockServer } from '../../src/mock-accounts/listen.ts';
import { drive, TEST_CLIENT } from '../../src/mock-accounts/testing/drive.ts';
import { CLIENT } from '../companion/fakes/mock-and-companion.ts';
import * as companion from '../companion/harness.ts';
import { createHarness } from '../integration/harness.ts';
import { noting } from './kinds.ts';

const SCOPE = 'openid profile profile:display_name:write profile:avatar:write';
const PNG = png();
const keys = createKeys(Date.now);
const until = (is: () => boolean) => vi.waitUntil(is, { timeout: 60_000 });

/** The extension: all use cases of the session, over its fake ports, and the doctor. */
export async function madeByExtension(era: Era): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  const harness = await createHarness(era, { scope: SCOPE });
  const { origin } = harness.mock;
  harness.host.fetch = noting(kinds, () => origin, harness.host.fetch);
  const { session } = harness;
  try {
    await session.signIn();
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    const { token } = await session.accessToken('profile:uid');
    await session.accessToken('profile:uid', token);
    await session.refreshProfile();
    await session.changeDisplayName('Ada');
    await session.changeAvatar(PNG);
    await session.signOut();
    await session.drainOutbox();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
    const build = { ...BUILD, issuer: origin, endpoints: mockServerEndpoints(origin) };
    await examine(healthy({ fetch: harness.host.fetch, build }), () => undefined);
  } finally {
    await harness.stop();
  }
  return kinds;
}

/** What the protocol knows beyond that: other forms of a grant, and the auth server's family of paths. */
export async function madeByProtocol(): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  const mock = await startMockServer({ era: 'today', keys });
  const { origin } = mock;
  const http = { fetch: noting(kinds, () => origin, fetch) };
  const endpoints = mockServerEndpoints(origin);
  const family = { token: `${origin}/v1/oauth/token`, destroy: `${origin}/v1/oauth/destroy` };
  const deployments: Deployment[] = [endpoints, { ...endpoints, ...family }].map((each) => ({
    name: 'custom',
    endpoints: each,
    clientId: TEST_CLIENT,
  }));
  try {
    for (const deployment of deployments) {
      for (const ttl of [undefined, 300]) {
        const { code, verifier } = await drive(mock).code();
        const redirectUri = 'https://client.example/cb';
        const request = { code, codeVerifier: verifier, redirectUri, ttl };
        const answer = await exchangeCode(deployment, request, http);
        const refreshToken = String(answer.refresh_token);
        const refreshed = await refreshAccessToken(deployment, { refreshToken, scope: 'profile', ttl }, http);
        await validateAccessToken(deployment, refreshed);
        const { accessToken } = await validateAccessToken(deployment, answer);
        await destroyAccessToken(deployment, accessToken, http);
        await destroyGrant(deployment, { refreshToken }, http);
      }
    }
    expect(mock.store.liveGrants()).toEqual([]);
  } finally {
    await mock.stop();
  }
  return kinds;
}

/** The companion: sessions, a resource of its own, deliveries, revocations, metrics, its heartbeat. */
export async function madeByCompanion(
  tokenCheck: CompanionSettings['tokenCheck'],
): Promise<ReadonlySet<string>> {
  const kinds = new Set<string>();
  const mock = await startMockServer({ era: 'today', keys });
  const network = globalThis.fetch;
  const seen = noting(kinds, () => mock.origin, network);
  globalThis.fetch = seen;
  const agent = new Agent();
  try {
    const running = await companion.startInProcess(mock, {}, { tokenCheck });
    // From here on only the companion still has it.
    globalThis.fetch = network;
    try {
      const at = (path: string) => running.origin + path;
      const session = await companion.createSession(mock, running.origin);
      const bearer = await companion.accessToken(mock);
      expect((await companion.ask(at('/v1/me'), 'GET', { bearer })).status).toBe(200);
      const event = { clientId: CLIENT.clientId, uid: companion.uidOf(mock), payload: {} };
      const set = await mock.events.sign({ ...event, event: 'profile-change' });
      expect(await companion.deliver(agent, running.origin, set)).toBe(200);
      const flow = `/v1/metrics-flow?client_id=${CLIENT.clientId}&entrypoint=toolbar&utm_source=test`;
      expect((await companion.ask(at(flow))).status).toBe(200);
      const day = new Date().toISOString().slice(0, 10);
      const events = [{ name: 'engage', day, count: 1 }];
      const counted = await companion.ask(at('/v1/metrics'), 'POST', { bearer: session, body: { events } });
      expect(counted.status).toBe(202);
      await until(() => [...kinds].some((kind) => kind.includes('event_type')));
      const refreshTokenIds = [companion.grant(mock, companion.uidOf(mock))];
      const body = { refreshTokenIds };
      await companion.ask(at('/v1/session/end'), 'POST', { bearer: session, body });
      const isLive = () => mock.store.liveGrants().some(({ id }) => refreshTokenIds.includes(id));
      await until(() => !isLive());
      await companion.ask(at('/__heartbeat__'));
    } finally {
      await running.stop();
    }
  } finally {
    globalThis.fetch = network;
    agent.destroy();
    await mock.stop();
  }
  return kinds;
}
