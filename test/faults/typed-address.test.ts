// The address typed in the popup goes to Mozilla accounts and is removed here, whatever becomes of the attempt.
import { ALARMS } from '../../src/session/state/storage-items.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSession } from '../../src/session/index.ts';
import { simulatedUser } from './simulated-user.ts';
import { brokenInvariants } from './invariants.ts';
import { ada, ADA, LIN } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

let world: FaultHarness;
beforeEach(() => {
  world = createFaultHarness();
});
afterEach(() => {
  expect(world.host.reports).toEqual([]);
  expect(brokenInvariants(world)).toEqual([]);
  world.stop();
});

const done = <T>(work: Promise<T>) => world.time.until(work, 'the work');

const type = (text: unknown) => void world.host.memory.set('typedAddress', text);
const typed = () => world.host.memory.get('typedAddress') ?? undefined;
/** Signs in, and returns what Mozilla accounts was asked for. */
async function asking(options = {}) {
  let opened = new URL('about:blank');
  world.host.simulatedUser = (url) => {
    expect(typed()).toBeUndefined();
    opened = new URL(url);
    return simulatedUser(world.mock, ADA)(url);
  };
  await done(world.session.signIn(options));
  return Object.fromEntries(opened.searchParams);
}

it('goes to the page of Mozilla accounts, and nowhere else', async () => {
  type(LIN);
  expect(await asking()).toMatchObject({ email: LIN, action: 'email' });
  type(LIN);
  expect(await asking({ forceLogin: true })).toMatchObject({ email: LIN, action: 'email', prompt: 'login' });
  expect(JSON.stringify([[...world.host.local], [...world.host.memory]])).not.toContain(LIN);
});

it.each([['no address'], ['a@b c'], [7], ['']])('is nothing when it is %j', async (text) => {
  type(text);
  const query = await asking();
  // The sign-in continues without it.
  expect([world.view()?.status, query.client_id]).toEqual(['signedIn', world.config.clientId]);
  expect([query.email, query.action]).toEqual([undefined, undefined]);
});

it('takes the place of who was signed in', async () => {
  await done(world.session.signIn());
  world.mock.store.disconnect(ada(world).uid, world.config.clientId);
  await done(world.session.accessToken('profile', world.tokens().at(-1)?.token).catch(() => undefined));
  expect(world.view()?.status).toBe('needsReauth');
  type(LIN);
  const query = await asking();
  expect([query.email, query.login_hint]).toEqual([LIN, undefined]);
});

it('is gone when the attempt fails before there is a window, and when it only brought one to the front', async () => {
  type(LIN);
  world.mock.faults.set([{ where: 'api', what: { kind: 'drop' } }]);
  world.host.fetch = () => Promise.reject(new TypeError('NetworkError'));
  await done(world.session.signIn());
  expect([world.view()?.problem?.code, typed()]).toEqual(['offline', undefined]);
  world.host.fetch = world.network;
  world.mock.faults.clear();
  world.host.simulatedUser = () => new Promise(() => undefined);
  void world.session.signIn();
  await world.time.quiet();
  type(LIN);
  await done(world.session.signIn());
  expect(typed()).toBeUndefined();
  type(LIN);
  await done(world.session.cancelSignIn());
  expect(typed()).toBeUndefined();
});

/** Anywhere in storage. */
const kept = () => JSON.stringify([...world.host.local, ...world.host.memory]).includes(LIN);

describe('a sign-in in a tab', () => {
  /** Clicks while the browser is asking for the permission. */
  async function click(): Promise<void> {
    type(LIN);
    await done(world.session.signInInTab());
    expect([world.view()?.status ?? 'signedOut', kept()]).toEqual(['signedOut', true]);
  }

  it('carries it through the question for the permission', async () => {
    await click();
    const asked = new Promise<URL>((resolve) => {
      world.host.simulatedUser = (url) => {
        expect(kept()).toBe(false);
        resolve(new URL(url));
        return simulatedUser(world.mock, ADA)(url);
      };
    });
    world.host.tabsAllowed = true;
    await done(world.session.permissionAdded());
    expect((await asked).searchParams.get('email')).toBe(LIN);
    await world.time.quiet();
    expect([world.view()?.status, kept()]).toEqual(['signedIn', false]);
  });

  it('forgets it when the question is answered with a no', async () => {
    await click();
    await done(world.session.cancelSignIn());
    expect(kept()).toBe(false);
    world.host.tabsAllowed = true;
    await done(world.session.permissionAdded());
    expect(world.host.tabs.size).toBe(0);
  });

  it.each([
    ['is answered too late', () => world.session.permissionAdded()],
    ['is never answered, and the alarm rings', () => world.session.watch()],
    ['is never answered, and a background starts anew', () => world.restart()],
  ])('forgets it when the question %s', async (_how, then) => {
    await click();
    await done(world.session.watch());
    expect([kept(), world.host.alarms.has(ALARMS.attempt)]).toEqual([true, true]);
    world.host.skew += 130_000;
    world.host.tabsAllowed = true;
    await done(then());
    await world.time.quiet();
    expect([world.host.tabs.size, kept()]).toEqual([0, false]);
  });

  it('forgets it when the user signs in in a window instead', async () => {
    await click();
    expect(await asking()).not.toHaveProperty('email');
    expect(kept()).toBe(false);
  });

  it('forgets it when the stored record can’t be read', async () => {
    world.host.tabsAllowed = true;
    world.host.local.set('record', { version: 'x' });
    type(LIN);
    await expect(done(world.session.signInInTab())).rejects.toMatchObject({ code: 'storage_corrupt' });
    expect(kept()).toBe(false);
    world.host.local.clear();
  });

  it('forgets it where there is no such sign-in', async () => {
    world.kill();
    const { ports } = world.host.start();
    const { redirectUri: _none, ...authTab } = ports.authTab;
    const session = createSession({ ...ports, authTab }, world.config);
    type(LIN);
    await done(session.recover());
    expect(world.view()).not.toHaveProperty('tab');
    await expect(done(session.signInInTab())).rejects.toMatchObject({ code: 'unsupported' });
    expect(kept()).toBe(false);
  });
});

it('is gone when another attempt has come back meanwhile and is finished instead', async () => {
  world.host.tabsAllowed = true;
  world.host.onTab = () => undefined;
  let come = () => {};
  const ready = new Promise<void>((resolve) => (come = resolve));
  world.host.simulatedUser = (url) => ready.then(() => simulatedUser(world.mock, ADA)(url));
  await done(world.session.signInInTab());
  come();
  await world.time.quiet();
  expect(world.view()?.phase).toBe('window');
  type(LIN);
  await done(world.session.signIn());
  expect([world.view()?.status, kept()]).toEqual(['signedIn', false]);
});

it('removes the address when the stored record can’t be read', async () => {
  world.host.local.set('record', { version: 'x' });
  type(LIN);
  await expect(done(world.session.signIn())).rejects.toMatchObject({ code: 'storage_corrupt' });
  expect(kept()).toBe(false);
  world.host.local.clear();
});
