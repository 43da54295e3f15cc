// The tester switches to another server, and the background dies at any point: nothing issued by one server goes to the
// other.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FxaError } from '../../src/fxa/errors.ts';
import { A, B, createTwo, type SwitchedBrowser, type Two } from './two-servers.ts';
import { CLIENT } from './harness.ts';

const browser = vi.hoisted((): SwitchedBrowser => ({ area: undefined, restart: () => undefined }));
vi.mock('../../src/extension/config.ts', () => ({
  build: {
    environment: 'local',
    issuer: 'http://127.0.0.1:9720',
    clientId: 'a1b2c3d4e5f60001',
    scope: 'openid profile',
  },
}));
vi.mock('../../src/extension/browser/ports/basics.ts', () => ({
  localArea: () => browser.area,
  restart: () => browser.restart(),
}));
const { switchServer, configuration } = await import('../../src/extension/background/switch-server.ts');

let two: Two;
afterEach(() => two.time.release());

const CHOICE = JSON.stringify({ issuer: B, clientId: CLIENT });

interface Case {
  readonly name: string;
  readonly prepare?: () => Promise<unknown>;
  /** Continues while the switch runs. */
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
    prepare: () => {
      later();
      return Promise.resolve();
    },
    beside: () => two.session.accessToken('profile'),
  },
  { name: 'while the user signs in again', beside: () => two.session.signIn() },
  {
    name: 'while the user signs in again in a tab',
    prepare: () => Promise.resolve((two.host.tabsAllowed = true)),
    beside: () => two.session.signInInTab(),
  },
];

/** False when the switch ended before that point. */
async function dieAt(point: number, { prepare, beside }: Case): Promise<boolean> {
  two = createTwo(browser, configuration);
  const { host, time } = two;
  await time.until(two.start(), 'the start');
  await time.until(two.session.signIn(), 'the sign-in');
  if (prepare) await time.until(prepare(), 'the preparation');
  await time.quiet();
  let passed = 0;
  const state = { died: false };
  const death = new Promise<void>((resolve) => {
    // Between calls that only read, the moment of the crash makes no difference.
    host.onCall = (when, call) => {
      if (state.died || when !== 'after' || !/^(local|memory)\.set|^fetch/.test(call) || passed++ !== point)
        return;
      state.died = true;
      two.kill();
      resolve();
    };
  });
  const silent = () => undefined;
  beside?.().catch(silent);
  const switched = switchServer(two.session, CHOICE);
  await time.until(Promise.race([death, switched]), 'the switch');
  host.onCall = silent;
  if (state.died) await time.until(two.start(), 'the next start');
  await time.quiet();
  // Whichever server it is now, the user continues there.
  await time.until(two.session.signIn(), 'a sign-in');
  await time.until(two.session.refreshProfile(), 'a look');
  later();
  await time.until(two.session.accessToken('profile').catch(silent), 'a token');
  await time.until(two.session.runMaintenance(), 'the end');
  return state.died;
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
  /** The situation when a background dies right after another server was chosen. */
  const turned = async () => {
    two.kill();
    two.host.local.set('server', JSON.parse(CHOICE));
    await two.time.until(two.start(), 'the next start');
  };
  const signedInAtA = async () => {
    two = createTwo(browser, configuration);
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
      two.session.refreshProfile().catch(() => undefined),
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
      session: { status: 'signedOut', endReason: { reason: 'environment_changed' } },
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
      two = createTwo(browser, configuration);
      await two.time.until(two.start(), 'the start');
    } else await signedInAtA();
    const { host, time } = two;
    host.tabsAllowed = true;
    const signIn = host.simulatedUser;
    let go = () => {};
    const ready = new Promise<void>((resolve) => (go = resolve));
    host.simulatedUser = async (url) => {
      await ready;
      return signIn(url);
    };
    await time.until(two.session.signInInTab(), 'the tab');
    await time.quiet();
    const [tab] = host.tabs.keys();
    await turned();
    go();
    await time.quiet();
    if (tab !== undefined)
      await time.until(two.session.tabUpdated(tab, host.tabs.get(tab) ?? ''), 'the return');
    await time.until(two.session.runMaintenance(), 'the end');
    expect(two.leaks).toEqual([]);
    expect(host.memory.get('tabAttempt')).toBeNull();
    expect((host.local.get('view') as { status: string }).status).toBe('signedOut');
  });

  it('is no address that was typed, and no wish for a tab', async () => {
    two = createTwo(browser, configuration);
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
    host.simulatedUser = (url) => {
      opened = url;
      return Promise.reject(new Error('closed'));
    };
    await time.until(two.session.signIn(), 'a sign-in');
    expect(opened).toContain(B);
    expect(decodeURIComponent(opened)).not.toContain('@example.com');
  });
});
