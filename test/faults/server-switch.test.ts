// A tester turns to another server, and the background dies at any point of it: nothing that one server gave goes to the other.
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { standinEndpoints } from '../../src/fxa/environments.ts';
import type { SessionConfig } from '../../src/session/context.ts';
import { FxaError } from '../../src/fxa/errors.ts';
import { createSession, type SessionService } from '../../src/session/session.ts';
import { createStandin, type Standin } from '../../src/standin/app.ts';
import { createKeys } from '../../src/standin/keys.ts';
import { readyClients, RETURN_PAGE } from '../../src/standin/ready.ts';
import { createHost, type Host } from '../fakes/host.ts';
import { takeTime, type Time } from '../fakes/time.ts';
import { personAt } from './person.ts';
import { CLIENT, START } from './world.ts';

const A = 'http://127.0.0.1:9720';
const B = 'http://127.0.0.1:9820';

const browser = vi.hoisted(() => ({
  area: undefined as unknown,
  restart: () => undefined as unknown,
}));
vi.mock('../../src/extension/config.ts', () => ({
  build: {
    environment: 'local',
    issuer: 'http://127.0.0.1:9720',
    clientId: 'a1b2c3d4e5f60001',
    scope: 'openid profile',
  },
}));
vi.mock('../../src/extension/webext/storage.ts', () => ({ localArea: () => browser.area }));
vi.mock('../../src/extension/webext/runtime.ts', () => ({ restart: () => browser.restart() }));
const { chooseServer, configuration } = await import('../../src/extension/background/server.ts');

const keys = createKeys(() => START);
const idOf = (token: string) => createHash('sha256').update(Buffer.from(token, 'hex')).digest('hex');

interface Two {
  readonly host: Host;
  readonly time: Time;
  readonly servers: Readonly<Record<string, Standin>>;
  session: SessionService;
  /** What went where it must not go. */
  readonly leaks: string[];
  kill(): void;
  start(): Promise<void>;
}

let two: Two;
afterEach(() => two.time.release());

function createTwo(): Two {
  const time = takeTime(START);
  const servers = Object.fromEntries(
    [A, B].map((origin) => [origin, createStandin({ era: 'today', origin, now: time.now, keys })]),
  );
  /** What a server gave, and who that was. */
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
    redirectUri: readyClients().find(({ id }) => id === CLIENT)?.redirectUris[0] ?? '',
    returnPage: RETURN_PAGE,
    now: time.now,
    fetch: (url, init) => fetch(String(url), init),
    person: async (url) => {
      const { origin, searchParams } = new URL(url);
      note(origin, searchParams.get('state'), searchParams.get('code_challenge'));
      const server = servers[origin];
      if (!server) throw new Error(`There is no ${origin}.`);
      const end = await personAt(server, 'ada@example.com')(url);
      note(origin, new URL(end).searchParams.get('code'));
      return end;
    },
  });
  let running: { kill: () => void } | undefined;
  const world: Two = {
    ...{ host, time, servers, leaks },
    session: undefined as never,
    kill: () => running?.kill(),
    async start() {
      world.kill();
      const { ports, kill } = host.start();
      running = { kill };
      browser.area = ports.local;
      // A reload of the extension ends what lives no longer than it.
      browser.restart = () => {
        world.kill();
        host.memory.clear();
        host.alarms.clear();
        void world.start();
      };
      const { issuer, clientId, scope } = await configuration();
      const endpoints = standinEndpoints(issuer);
      const config: SessionConfig = { environment: 'local', issuer, clientId, scope, endpoints };
      world.session = createSession(ports, config);
      // As the background does: what goes wrong is told, and does not keep it from living.
      await world.session.recover().catch((error: unknown) => void refused.push(error));
      await world.session.tend();
    },
  };
  host.onTab = (id, url) => void world.session.tabUpdated(id, url);
  host.onTabGone = (id) => void world.session.tabRemoved(id);
  host.onWindow = (id) => void world.session.windowCreated(id);
  host.onWindowGone = (id) => void world.session.windowRemoved(id);
  return world;
}

const CHOICE = JSON.stringify({ issuer: B, clientId: CLIENT });

interface Case {
  readonly name: string;
  readonly prepare?: () => Promise<unknown>;
  /** Goes on while the switch runs. */
  readonly beside?: () => Promise<unknown>;
}

const later = () => void (two.host.skew += 3_590_000);

const CASES: readonly Case[] = [
  { name: 'with a session' },
  { name: 'with a session that ends with the browser', prepare: () => two.session.setSessionOnly(true) },
  {
    name: 'with a token that was refused, while nothing can be destroyed',
    async prepare() {
      const { token } = await two.session.accessToken('profile');
      two.servers[A]?.faults.set([{ where: 'destroy', what: { kind: 'status', status: 503 } }]);
      await two.session.accessToken('profile', token);
    },
  },
  {
    name: 'while a token is refreshed',
    prepare: () => Promise.resolve(later()),
    beside: () => two.session.accessToken('profile'),
  },
  { name: 'while the person signs in anew', beside: () => two.session.signIn() },
  {
    name: 'while the person signs in anew in a tab',
    prepare: () => Promise.resolve((two.host.tabsAllowed = true)),
    beside: () => two.session.signInInTab(),
  },
];

/** False when the switch was over before it came to that point. */
async function dieAt(point: number, { prepare, beside }: Case): Promise<boolean> {
  two = createTwo();
  const { host, time } = two;
  await time.until(two.start(), 'the start');
  await time.until(two.session.signIn(), 'the sign-in');
  if (prepare) await time.until(prepare(), 'the preparation');
  await time.quiet();
  let passed = 0;
  let died = false;
  const death = new Promise<void>((resolve) => {
    // Between calls that only read, dying sooner or later is the same.
    host.onCall = (when, call) => {
      if (died || when !== 'after' || !/^(local|memory)\.set|^fetch/.test(call) || passed++ !== point) return;
      died = true;
      two.kill();
      resolve();
    };
  });
  const silent = () => undefined;
  beside?.().catch(silent);
  const switched = chooseServer(two.session, CHOICE);
  await time.until(Promise.race([death, switched]), 'the switch');
  host.onCall = silent;
  if (died) await time.until(two.start(), 'the next start');
  await time.quiet();
  // Whatever the server is by now, people go on there.
  await time.until(two.session.signIn(), 'a sign-in');
  await time.until(two.session.lookForNews(), 'a look');
  later();
  await time.until(two.session.accessToken('profile').catch(silent), 'a token');
  await time.until(two.session.tend(), 'the end');
  return died;
}

describe.each(CASES)('$name', (one) => {
  it(
    'nothing of the one server goes to the other, wherever the switch is interrupted',
    { timeout: 120_000 },
    async () => {
      const leaks: string[] = [];
      let points = 0;
      for (let going = true; going; points++) {
        going = await dieAt(points, one);
        leaks.push(...two.leaks.map((what) => `killed at ${points}: ${what}`));
        if (two.host.reports.length > 0)
          leaks.push(`killed at ${points}: ${two.host.reports.map(String).join()}`);
        two.time.release();
      }
      expect(leaks).toEqual([]);
      expect(points).toBeGreaterThan(5);
    },
  );
});

describe('what the background of one server left, in that of the other', () => {
  /** As it is when a background dies just after another server was chosen. */
  const turned = async () => {
    two.kill();
    two.host.local.set('server', JSON.parse(CHOICE));
    await two.time.until(two.start(), 'the next start');
  };
  const signedInAtA = async () => {
    two = createTwo();
    await two.time.until(two.start(), 'the start');
    await two.time.until(two.session.signIn(), 'the sign-in');
  };

  it('is no session, also where that cannot be written down', async () => {
    await signedInAtA();
    const { host, time } = two;
    const set = host.local.set.bind(host.local);
    host.local.set = (key, value) => {
      if (key === 'record') throw new FxaError('storage_unavailable', 'The disk is full.');
      return set(key, value);
    };
    const before = structuredClone(host.local.get('record'));
    two.kill();
    set('server', JSON.parse(CHOICE));
    await time.until(
      two.start().catch(() => undefined),
      'the next start',
    );
    await time.until(
      two.session.lookForNews().catch(() => undefined),
      'a look',
    );
    later();
    const token = two.session.accessToken('profile').catch((error: unknown) => error);
    expect(await time.until(token, 'a token')).toMatchObject({ code: 'signed_out' });
    expect(two.leaks).toEqual([]);
    expect(host.local.get('record')).toEqual(before);

    host.local.set = set;
    host.reports.length = 0;
    await turned();
    expect(host.local.get('record')).toMatchObject({
      deployment: `${B} ${CLIENT}`,
      session: { status: 'signedOut', ended: { reason: 'environment_changed' } },
      outbox: [{ issuer: A }],
    });
    // Back at the first server, its grant is destroyed there.
    two.kill();
    host.local.set('server', null);
    await time.until(two.start(), 'the return');
    expect(two.servers[A]?.store.liveGrants({ clientId: CLIENT })).toEqual([]);
    expect(two.leaks).toEqual([]);
  });

  it.each(['alone', 'on top of a session'])('is no attempt in a tab, %s', async (how) => {
    if (how === 'alone') {
      two = createTwo();
      await two.time.until(two.start(), 'the start');
    } else await signedInAtA();
    const { host, time } = two;
    host.tabsAllowed = true;
    const person = host.person;
    let go = () => {};
    const ready = new Promise<void>((resolve) => (go = resolve));
    host.person = async (url) => {
      await ready;
      return person(url);
    };
    await time.until(two.session.signInInTab(), 'the tab');
    await time.quiet();
    const [tab] = host.tabs.keys();
    await turned();
    go();
    await time.quiet();
    if (tab !== undefined)
      await time.until(two.session.tabUpdated(tab, host.tabs.get(tab) ?? ''), 'the return');
    await time.until(two.session.tend(), 'the end');
    expect(two.leaks).toEqual([]);
    expect(host.memory.get('tabAttempt')).toBeNull();
    expect((host.local.get('view') as { status: string }).status).toBe('signedOut');
  });

  it('is no address that was typed, and no wish for a tab', async () => {
    two = createTwo();
    await two.time.until(two.start(), 'the start');
    const { host, time } = two;
    host.memory.set('typedAddress', 'ada@example.com');
    await time.until(two.session.signInInTab(), 'the wish');
    host.memory.set('typedAddress', 'lin@example.com');
    host.tabsAllowed = true;
    await turned();
    await time.quiet();
    expect(host.tabs.size).toBe(0);
    let opened = '';
    host.person = (url) => {
      opened = url;
      return Promise.reject(new Error('closed'));
    };
    await time.until(two.session.signIn(), 'a sign-in');
    expect(opened).toContain(B);
    expect(decodeURIComponent(opened)).not.toContain('@example.com');
  });
});
