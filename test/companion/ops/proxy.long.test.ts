// The companion reaches Mozilla accounts through the proxy in its environment; the rest of the process does not use it.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, type RunningPostgres } from '../../../scripts/machine/postgres.mjs';
import { proxiedFetch } from '../../../src/companion/proxied-fetch.ts';
import { createMockServer } from '../../../src/mock-accounts/app.ts';
import type { RunningMockServer } from '../../../src/mock-accounts/listen.ts';
import { freshDatabase } from '../db/on-each-database.ts';
import { CLIENT } from '../fakes/mock-and-companion.ts';
import {
  accessToken,
  ask,
  builtCompanion,
  createSession,
  deliver,
  grant,
  uidOf,
  type BuiltCompanion,
  type ChildCompanion,
} from '../harness.ts';
import { certificateIn, type Certificate } from './certificate.ts';
import { startConnectProxy, type ConnectProxy } from './connect-proxy.ts';

const PATIENCE_MS = 300_000;
const SLOW = { timeout: 120_000 };
/** A name without DNS, reachable only through the proxy. */
const HOST = 'accounts.test';

const listening = (server: ServerType) => (server.address() as AddressInfo).port;

describe('a companion whose environment names a proxy', () => {
  let folder: string;
  let databases: RunningPostgres;
  let built: BuiltCompanion;
  let mock: RunningMockServer;
  let certificate: Certificate;
  let port: number;
  let proxy: ConnectProxy;
  let child: ChildCompanion | undefined;
  const agent = new Agent({ keepAlive: true });
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'proxy-'));
    certificate = certificateIn(folder, `DNS:${HOST}`);
    databases = await startPostgres({ settings: { fsync: 'off' } });
    built = await builtCompanion();
    const origin = `https://${HOST}`;
    const created = createMockServer({ era: 'today', origin });
    const { key, cert } = certificate;
    const server = await new Promise<ServerType>((resolve) => {
      const { fetch } = created.app;
      const options = { createServer, serverOptions: { key, cert }, hostname: '127.0.0.1', port: 0 };
      const starting = serve({ fetch, overrideGlobalObjects: false, ...options }, () => resolve(starting));
    });
    port = listening(server);
    const stop = async () => {
      created.events.stop();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    mock = { ...created, origin, stop };
  }, PATIENCE_MS);
  afterEach(async () => {
    await child?.kill9();
    child = undefined;
    await proxy.stop();
  });
  afterAll(async () => {
    agent.destroy();
    await mock.stop();
    await built.remove();
    await databases.stop();
    rmSync(folder, { recursive: true, force: true });
  }, PATIENCE_MS);
  beforeEach(async () => {
    proxy = await startConnectProxy({ [`${HOST}:443`]: port });
  });

  const start = async (env: Readonly<Record<string, string>>) => {
    const all = { LOG_LEVEL: 'debug', NODE_EXTRA_CA_CERTS: certificate.path, ...env };
    child = built.start(mock, { databaseUrl: await freshDatabase(databases.url) }, [], { env: all });
    return child;
  };
  const withCredentials = () => proxy.origin.replace('//', '//companion:p%40ss%20word@');

  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'in %s reaches Mozilla accounts through it',
    async (name) => {
      const running = await start({ [name]: withCredentials() });
      const origin = await running.listening;
      expect(proxy.asked.length).toBeGreaterThan(0);
      const session = await createSession(mock, origin);
      const bearer = await accessToken(mock);
      expect((await ask(`${origin}/v1/me`, 'GET', { bearer })).status).toBe(200);
      const flow = await ask(`${origin}/v1/metrics-flow?client_id=${CLIENT.clientId}&entrypoint=toolbar`);
      expect(flow.status).toBe(200);
      await expect
        .poll(async () => (await ask(`${origin}/__heartbeat__`)).body)
        .toMatchObject({ checks: { accounts: 'ok' } });
      const uid = uidOf(mock);
      const event = { clientId: CLIENT.clientId, uid, event: 'profile-change' };
      expect(await deliver(agent, origin, await mock.events.sign(event))).toBe(200);
      const refreshTokenIds = [grant(mock, uid)];
      const body = { refreshTokenIds };
      expect((await ask(`${origin}/v1/session/end`, 'POST', { bearer: session, body })).status).toBe(202);
      const isLive = () => mock.store.liveGrants().some(({ id }) => refreshTokenIds.includes(id));
      await expect.poll(isLive, SLOW).toBe(false);
      expect(new Set(proxy.asked)).toEqual(new Set([`${HOST}:443`]));
      expect([...proxy.credentials]).toEqual([`Basic ${btoa('companion:p@ss word')}`]);
      for (const secret of ['p@ss', 'p%40ss']) expect(running.output()).not.toContain(secret);
    },
    PATIENCE_MS,
  );

  it(
    'treats a broken proxy as a network failure, which ends no session',
    async () => {
      const origin = await (await start({ HTTPS_PROXY: withCredentials() })).listening;
      const session = await createSession(mock, origin);
      const bearer = await accessToken(mock);
      await proxy.stop();
      expect((await ask(`${origin}/v1/sessions`, 'POST', { bearer })).status).toBe(503);
      expect((await ask(`${origin}/v1/session`, 'GET', { bearer: session })).status).toBe(200);
    },
    PATIENCE_MS,
  );

  it(
    'bypasses the proxy for NO_PROXY, and does not start when that host is unreachable',
    async () => {
      const running = await start({ HTTPS_PROXY: withCredentials(), NO_PROXY: `other.test,.${HOST}` });
      await expect(running.listening).rejects.toThrow('FXA_ISSUER');
      expect(proxy.asked).toEqual([]);
    },
    PATIENCE_MS,
  );

  it.each(['socks5://127.0.0.1:1', 'secret@proxy.test:3128'])(
    'does not start with %s, and names the variable without its value',
    async (HTTPS_PROXY) => {
      const running = await start({ HTTPS_PROXY });
      await expect(running.listening).rejects.toThrow(
        'HTTPS_PROXY must be the http or https URL of a proxy.',
      );
      expect(running.output()).not.toContain(HTTPS_PROXY);
    },
    PATIENCE_MS,
  );
});

describe('a fetch with a proxy', () => {
  /** On this machine, but not one of the names that bypass the proxy. */
  const AWAY = '127.0.0.2';
  let proxy: ConnectProxy;
  let port: number;
  const server = createHttpServer((_request, response) => response.end('here'));
  beforeAll(async () => {
    proxy = await startConnectProxy();
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => void proxy.asked.splice(0));
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await proxy.stop();
  });
  const get = async (host: string, NO_PROXY?: string) => {
    const through = proxiedFetch({ HTTP_PROXY: proxy.origin, NO_PROXY });
    const answer = await through(`http://${host}:${port}/`);
    expect(await answer.text()).toBe('here');
    return proxy.asked;
  };

  it('uses the proxy', async () => {
    expect(await get(AWAY)).toEqual([`${AWAY}:${port}`]);
  });

  it.each([AWAY, `other.test, ${AWAY}`, `${AWAY}:PORT`, '*', 'other.test,*'])(
    'bypasses it for hosts that NO_PROXY names as %s',
    async (hosts) => {
      expect(await get(AWAY, hosts.replace('PORT', String(port)))).toEqual([]);
    },
  );

  it.each(['127.0.0.1', 'localhost'])('bypasses it for %s, whatever NO_PROXY says', async (host) => {
    expect(await get(host)).toEqual([]);
    expect(await get(host, 'other.test')).toEqual([]);
  });

  it('does not affect the global fetch', async () => {
    await get(AWAY);
    proxy.asked.splice(0);
    expect(await (await fetch(`http://${AWAY}:${port}/`)).text()).toBe('here');
    expect(proxy.asked).toEqual([]);
  });

  it('is the global fetch when no proxy is configured', () => {
    expect(proxiedFetch({ HTTPS_PROXY: '', NO_PROXY: '*' })).toBe(fetch);
  });
});
