// The address typed in the popup goes to Mozilla accounts and is removed here, whatever becomes of the attempt.
import { ALARMS } from '../../src/session/state/storage-items.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSession } from '../../src/session/index.ts';
import { simulatedUser } from './simulated-user.ts';
import { brokenInvariants } from './invariants.ts';
import { ada, ADA, LIN } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

let harness: FaultHarness;
beforeEach(() => {
  harness = createFaultHarness();
});
afterEach(() => {
  expect(harness.host.reports).toEqual([]);
  expect(brokenInvariants(harness)).toEqual([]);
  harness.stop();
});

const done = <T>(work: Promise<T>) => harness.time.until(work, 'the work');

const type = (text: unknown) => void harness.host.memory.set('typedAddress', text);
const typed = () => harness.host.memory.get('typedAddress') ?? undefined;
/** Signs in, and returns what Mozilla accounts was asked for. */
async function asking(options = {}) {
  let opened = new URL('about:blank');
  harness.host.simulatedUser = (url) => {
    expect(typed()).toBeUndefined();
    opened = new URL(url);
    return simulatedUser(harness.mock, ADA)(url);
  };
  await done(harness.session.signIn(options));
  return Object.fromEntries(opened.searchParams);
}

it('goes to the page of Mozilla accounts, and nowhere else', async () => {
  type(LIN);
  expect(await asking()).toMatchObject({ email: LIN, action: 'email' });
  type(LIN);
  expect(await asking({ forceLogin: true })).toMatchObject({ email: LIN, action: 'email', prompt: 'login' });
  expect(JSON.stringify([[...harness.host.local], [...harness.host.memory]])).not.toContain(LIN);
});

it.each([['no address'], ['a@b c'], [7], ['']])('is nothing when it is %j', async (text) => {
  type(text);
  const query = await asking();
  // The sign-in continues without it.
  expect([harness.view()?.status, query.client_id]).toEqual(['signedIn', harness.config.clientId]);
  expect([query.email, query.action]).toEqual([undefined, undefined]);
});

it('takes the place of who was signed in', async () => {
  await done(harness.session.signIn());
  harness.mock.store.disconnect(ada(harness).uid, harness.config.clientId);
  await done(harness.session.accessToken('profile', harness.tokens().at(-1)?.token).catch(() => undefined));
  expect(harness.view()?.status).toBe('needsReauth');
  type(LIN);
  const query = await asking();
  expect([query.email, query.login_hint]).toEqual([LIN, undefined]);
});

it('is gone when the attempt fails before there is a window, and when it only brought one to the front', async () => {
  type(LIN);
  harness.mock.faults.set([{ where: 'api', what: { kind: 'drop' } }]);
  harness.host.fetch = () => Promise.reject(new TypeError('NetworkError'));
  await done(harness.session.signIn());
  expect([harness.view()?.problem?.code, typed()]).toEqual(['offline', undefined]);
  harness.host.fetch = harness.network;
  harness.mock.faults.clear();
  harness.host.simulatedUser = () => new Promise(() => undefined);
  void harness.session.signIn();
  await harness.time.quiet();
  type(LIN);
  await done(harness.session.signIn());
  expect(typed()).toBeUndefined();
  type(LIN);
  await done(harness.session.cancelSignIn());
  expect(typed()).toBeUndefined();
});

/** Anywhere in storage. */
const kept = () => JSON.stringify([...harness.host.local, ...harness.host.memory]).includes(LIN);

describe('a sign-in in a tab', () => {
  /** Clicks while the browser is asking for the permission. */
  async function click(): Promise<void> {
    type(LIN);
    await done(harness.session.signInInTab());
    expect([harness.view()?.status ?? 'signedOut', kept()]).toEqual(['signedOut', true]);
  }

  it('carries it through the question for the permission', async () => {
    await click();
    const asked = new Promise<URL>((resolve) => {
      harness.host.simulatedUser = (url) => {
        expect(kept()).toBe(false);
        resolve(new URL(url));
        return simulatedUser(harness.mock, ADA)(url);
      };
    });
    harness.host.tabsAllowed = true;
    await done(harness.session.permissionAdded());
    expect((await asked).searchParams.get('email')).toBe(LIN);
    await harness.time.quiet();
    expect([harness.view()?.status, kept()]).toEqual(['signedIn', false]);
  });

  it('forgets it when the question is answered with a no', async () => {
    await click();
    await done(harness.session.cancelSignIn());
    expect(kept()).toBe(false);
    harness.host.tabsAllowed = true;
    await done(harness.session.permissionAdded());
    expect(harness.host.tabs.size).toBe(0);
  });

  it.each([
    ['is answered too late', () => harness.session.permissionAdded()],
    ['is never answered, and the alarm rings', () => harness.session.watch()],
    ['is never answered, and a background starts anew', () => harness.restart()],
  ])('forgets it when the question %s', async (_how, then) => {
    await click();
    await done(harness.session.watch());
    expect([kept(), harness.host.alarms.has(ALARMS.attempt)]).toEqual([true, true]);
    harness.host.skew += 130_000;
    harness.host.tabsAllowed = true;
    await done(then());
    await harness.time.quiet();
    expect([harness.host.tabs.size, kept()]).toEqual([0, false]);
  });

  it('forgets it when the user signs in in a window instead', async () => {
    await click();
    expect(await asking()).not.toHaveProperty('email');
    expect(kept()).toBe(false);
  });

  it('forgets it when the stored record can’t be read', async () => {
    harness.host.tabsAllowed = true;
    harness.host.local.set('record', { version: 'x' });
    type(LIN);
    await expect(done(harness.session.signInInTab())).rejects.toMatchObject({ code: 'storage_corrupt' });
    expect(kept()).toBe(false);
    harness.host.local.clear();
  });

  it('forgets it where there is no such sign-in', async () => {
    harness.kill();
    const { ports } = harness.host.start();
    const { redirectUri: _none, ...authTab } = ports.authTab;
    const session = createSession({ ...ports, authTab }, harness.config);
    type(LIN);
    await done(session.recover());
    expect(harness.view()).not.toHaveProperty('tab');
    await expect(done(session.signInInTab())).rejects.toMatchObject({ code: 'unsupported' });
    expect(kept()).toBe(false);
  });
});

it('is gone when another attempt has come back meanwhile and is finished instead', async () => {
  harness.host.tabsAllowed = true;
  harness.host.onTab = () => undefined;
  let come = () => {};
  const ready = new Promise<void>((resolve) => (come = resolve));
  harness.host.simulatedUser = (url) => ready.then(() => simulatedUser(harness.mock, ADA)(url));
  await done(harness.session.signInInTab());
  come();
  await harness.time.quiet();
  expect(harness.view()?.phase).toBe('window');
  type(LIN);
  await done(harness.session.signIn());
  expect([harness.view()?.status, kept()]).toEqual(['signedIn', false]);
});

it('removes the address when the stored record can’t be read', async () => {
  harness.host.local.set('record', { version: 'x' });
  type(LIN);
  await expect(done(harness.session.signIn())).rejects.toMatchObject({ code: 'storage_corrupt' });
  expect(kept()).toBe(false);
  harness.host.local.clear();
});
