// Two servers, and one extension that can switch between them; reports anything one of them issued that the other was
// sent.
import { createHash } from 'node:crypto';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import type { SessionConfig } from '../../src/session/context.ts';
import type { Area } from '../../src/session/ports.ts';
import { createSession, type SessionService } from '../../src/session/index.ts';
import { createMockServer, type MockServer } from '../../src/mock-accounts/app.ts';
import { createKeys } from '../../src/mock-accounts/keys.ts';
import { seedClients, RETURN_PAGE } from '../../src/mock-accounts/seed.ts';
import { createHost, type Host } from '../harness/host.ts';
import { takeTime, type Time } from '../harness/time.ts';
import { simulatedUser } from './simulated-user.ts';
import { CLIENT, START } from './harness.ts';

export const A = 'http://127.0.0.1:9720';
export const B = 'http://127.0.0.1:9820';

/** What the switch needs of the browser. */
export interface SwitchedBrowser {
  area: Area | undefined;
  restart: () => unknown;
}

type Built = Pick<SessionConfig, 'issuer' | 'clientId' | 'scope'>;

const keys = createKeys(() => START);
const idOf = (token: string) => createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex');

export interface Two {
  readonly host: Host;
  readonly time: Time;
  readonly servers: Readonly<Record<string, MockServer>>;
  session: SessionService;
  /** What was sent to the wrong server. */
  readonly leaks: string[];
  kill(): void;
  start(): Promise<void>;
}

/** `configuration`: what the stored server choice makes of the build. */
export function createTwo(browser: SwitchedBrowser, configuration: () => Promise<Built>): Two {
  const time = takeTime(START);
  const servers = Object.fromEntries(
    [A, B].map((origin) => [origin, createMockServer({ era: 'today', origin, now: time.now, keys })]),
  );
  /** What a server issued, and which server that was. */
  const given = new Map<string, string>();
  const leaks: string[] = [];
  const refused: unknown[] = [];
  const note = (origin: string, ...secrets: (string | null | undefined)[]) => {
    for (const secret of secrets) if (typeof secret === 'string') given.set(secret, origin);
  };
  const fetch = async (url: string, init: RequestInit = {}) => {
    const { origin, pathname } = new URL(url);
    const told = [url, JSON.stringify([...new Headers(init.headers)]), String(init.body ?? '')].join(' ');
    for (const [secret, from] of given)
      if (from !== origin && told.includes(secret)) leaks.push(`${pathname} at ${origin}`);
    const server = servers[origin];
    if (!server) throw new TypeError(`There is no ${origin}.`);
    const { method, body } = init;
    const answer = await server.app.request(url, {
      headers: new Headers(init.headers),
      ...(method !== undefined && { method }),
      ...(body !== undefined && { body }),
    });
    if (pathname.endsWith('/token')) {
      const { access_token, refresh_token } = (await answer.clone().json()) as Record<string, string>;
      note(origin, access_token, refresh_token, refresh_token && idOf(refresh_token));
    }
    return answer;
  };
  const host = createHost({
    redirectUri: seedClients().find(({ id }) => id === CLIENT)?.redirectUris[0] ?? '',
    returnPage: RETURN_PAGE,
    now: time.now,
    fetch: (url, init) => fetch(String(url), init),
    simulatedUser: async (url) => {
      const { origin, searchParams } = new URL(url);
      note(origin, searchParams.get('state'), searchParams.get('code_challenge'));
      const server = servers[origin];
      if (!server) throw new Error(`There is no ${origin}.`);
      const end = await simulatedUser(server, 'ada@example.com')(url);
      note(origin, new URL(end).searchParams.get('code'));
      return end;
    },
  });
  let running: { kill: () => void } | undefined;
  const harness: Two = {
    ...{ host, time, servers, leaks },
    session: undefined as never,
    kill: () => running?.kill(),
    async start() {
      harness.kill();
      const { ports, kill } = host.start();
      running = { kill };
      browser.area = ports.local;
      // A reload of the extension clears `storage.session`.
      browser.restart = () => {
        harness.kill();
        host.memory.clear();
        host.alarms.clear();
        void harness.start();
      };
      const { issuer, clientId, scope } = await configuration();
      const endpoints = mockServerEndpoints(issuer);
      const config: SessionConfig = { environment: 'local', issuer, clientId, scope, endpoints };
      harness.session = createSession(ports, config);
      // As the background does: an error is reported, and it continues.
      await harness.session.recover().catch((error: unknown) => void refused.push(error));
      await harness.session.runMaintenance();
    },
  };
  host.onTab = (id, url) => void harness.session.tabUpdated(id, url);
  host.onTabGone = (id) => void harness.session.tabRemoved(id);
  host.onWindow = (id) => void harness.session.windowCreated(id);
  host.onWindowGone = (id) => void harness.session.windowRemoved(id);
  return harness;
}
