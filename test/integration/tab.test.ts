// Signing in in a tab: without an auth window, or by choice. The tab outlives the background.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RETURN_PAGE } from '../../src/mock-accounts/seed.ts';
import { createHarness, type Harness } from './harness.ts';

let world: Harness;
beforeEach(async () => {
  world = await createHarness('today');
  world.host.tabsAllowed = true;
});
afterEach(() => world.stop());

/** The tab returns when this is called. */
function slowPerson(): () => void {
  const signIn = world.host.simulatedUser;
  let go = () => {};
  const ready = new Promise<void>((resolve) => (go = resolve));
  world.host.simulatedUser = async (url) => {
    await ready;
    return signIn(url);
  };
  return go;
}

const waiting = () => expect.poll(() => world.host.tabs.size).toBe(1);
const signedIn = () => expect.poll(() => world.view().status).toBe('signedIn');
const none = () => expect([world.liveGrants(), world.liveTokens(), world.host.tabs.size]).toEqual([0, 0, 0]);

it('signs in, and closes the tab with the code in its address', async () => {
  const come = slowPerson();
  await world.session.signInInTab();
  expect(world.view()).toMatchObject({ status: 'signingIn', phase: 'window', via: 'tab' });
  come();
  await signedIn();
  expect(world.view()).toMatchObject({ account: { email: 'ada@example.com' } });
  expect([world.host.tabs.size, world.host.windows.opened]).toEqual([0, 0]);
  // Verifier and state were there while they were needed.
  expect(world.host.memory.get('tabAttempt')).toBeNull();
});

it('falls back to a tab in a browser without an auth window, if permitted', async () => {
  world.host.windowless = true;
  await world.session.signIn();
  await signedIn();
});

it('reports a missing permission, and continues once it is granted', async () => {
  world.host.windowless = true;
  world.host.tabsAllowed = false;
  await world.session.signIn();
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'unsupported' } });
  await world.session.signInInTab();
  expect(world.view().status).toBe('signedOut');
  world.host.tabsAllowed = true;
  await world.session.permissionAdded();
  await signedIn();
});

it('starts nothing when the permission is granted for another reason or much later', async () => {
  await world.session.permissionAdded();
  world.host.tabsAllowed = false;
  await world.session.signInInTab();
  world.host.tabsAllowed = true;
  world.host.skew = 600_000;
  await world.session.permissionAdded();
  expect(world.host.tabs.size).toBe(0);
});

describe('while the tab waits', () => {
  let come: () => void;
  beforeEach(async () => {
    come = slowPerson();
    await world.session.signInInTab();
    await waiting();
  });

  it('survives the death of the background', async () => {
    await world.restart();
    expect(world.view()).toMatchObject({ status: 'signingIn', via: 'tab' });
    come();
    await signedIn();
  });

  it('is resumed at the next start if no background was awake for its return', async () => {
    world.host.onTab = () => undefined;
    world.kill();
    come();
    await expect.poll(() => [...world.host.tabs.values()].join('')).toContain(RETURN_PAGE);
    await world.restart();
    await signedIn();
  });

  it('is brought to the front by a second click and by the button', async () => {
    await world.session.signIn();
    await world.session.signInInTab();
    expect(await world.session.showWindow()).toBe(true);
    expect(world.host.focusedTabs).toHaveLength(3);
    expect(world.host.tabs.size).toBe(1);
    come();
    await signedIn();
  });

  it('cancels the attempt when closed, even if no background is awake', async () => {
    const [tab = 0] = world.host.tabs.keys();
    world.host.closeTab(tab);
    await expect.poll(() => world.view().problem?.code).toBe('cancelled');

    await world.session.signInInTab();
    world.host.onTabGone = () => undefined;
    world.kill();
    world.host.closeTab([...world.host.tabs.keys()][0] ?? 0);
    await world.restart();
    expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
  });

  it.each(['cancel', 'sign out', 'reset nothing'] as const)('%s', async (how) => {
    if (how === 'cancel') await world.session.cancelSignIn();
    if (how === 'sign out') await world.session.signOut();
    if (how === 'reset nothing') {
      await world.session.reset();
      return;
    }
    expect(world.view().status).toBe('signedOut');
    come();
    await expect.poll(() => world.host.tabs.size).toBe(0);
    none();
  });

  it('is reported as interrupted after the browser restarted', async () => {
    world.host.memory.clear();
    world.host.tabs.clear();
    await world.restart();
    expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  });

  it('is not confused with another tab at the return page', async () => {
    await world.session.tabUpdated(4711, `${RETURN_PAGE}?code=${'0'.repeat(64)}&state=x`);
    const [tab = 0] = world.host.tabs.keys();
    await world.session.tabUpdated(tab, 'http://127.0.0.1:9721/elsewhere?code=1');
    expect(world.view().status).toBe('signingIn');
  });

  it('is refused if it returns with another sign-in’s answer', async () => {
    const [tab = 0] = world.host.tabs.keys();
    await world.session.tabUpdated(tab, `${RETURN_PAGE}?code=${'0'.repeat(64)}&state=of-another-attempt`);
    expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'state_mismatch' } });
    come();
    await expect.poll(() => world.host.tabs.size).toBe(0);
    none();
  });
});

it('keeps a click whose background dies before the attempt is stored', async () => {
  world.host.tabsAllowed = false;
  await world.session.signInInTab();
  world.host.tabsAllowed = true;
  let killed = false;
  world.host.onCall = (moment, call) => {
    if (killed || moment !== 'before' || call !== 'local.set record view journal') return;
    killed = true;
    world.kill();
  };
  void world.session.permissionAdded();
  await expect.poll(() => killed).toBe(true);
  world.host.onCall = () => undefined;
  await world.restart();
  await signedIn();
});
