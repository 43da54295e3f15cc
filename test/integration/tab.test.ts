// Signing in in a tab: without an auth window, or by choice. The tab outlives the background.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RETURN_PAGE } from '../../src/mock-accounts/seed.ts';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness('today');
  harness.host.tabsAllowed = true;
});
afterEach(() => harness.stop());

/** The tab returns when this is called. */
function slowPerson(): () => void {
  const signIn = harness.host.simulatedUser;
  let go = () => {};
  const ready = new Promise<void>((resolve) => (go = resolve));
  harness.host.simulatedUser = async (url) => {
    await ready;
    return signIn(url);
  };
  return go;
}

const waiting = () => expect.poll(() => harness.host.tabs.size).toBe(1);
const signedIn = () => expect.poll(() => harness.view().status).toBe('signedIn');
const none = () =>
  expect([harness.liveGrants(), harness.liveTokens(), harness.host.tabs.size]).toEqual([0, 0, 0]);

it('signs in, and closes the tab with the code in its address', async () => {
  const come = slowPerson();
  await harness.session.signInInTab();
  expect(harness.view()).toMatchObject({ status: 'signingIn', phase: 'window', via: 'tab' });
  come();
  await signedIn();
  expect(harness.view()).toMatchObject({ account: { email: 'ada@example.com' } });
  expect([harness.host.tabs.size, harness.host.windows.opened]).toEqual([0, 0]);
  // Verifier and state were there while they were needed.
  expect(harness.host.memory.get('tabAttempt')).toBeNull();
});

it('falls back to a tab in a browser without an auth window, if permitted', async () => {
  harness.host.windowless = true;
  await harness.session.signIn();
  await signedIn();
});

it('reports a missing permission, and continues once it is granted', async () => {
  harness.host.windowless = true;
  harness.host.tabsAllowed = false;
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'unsupported' } });
  await harness.session.signInInTab();
  expect(harness.view().status).toBe('signedOut');
  harness.host.tabsAllowed = true;
  await harness.session.permissionAdded();
  await signedIn();
});

it('starts nothing when the permission is granted for another reason or much later', async () => {
  await harness.session.permissionAdded();
  harness.host.tabsAllowed = false;
  await harness.session.signInInTab();
  harness.host.tabsAllowed = true;
  harness.host.skew = 600_000;
  await harness.session.permissionAdded();
  expect(harness.host.tabs.size).toBe(0);
});

describe('while the tab waits', () => {
  let come: () => void;
  beforeEach(async () => {
    come = slowPerson();
    await harness.session.signInInTab();
    await waiting();
  });

  it('survives the death of the background', async () => {
    await harness.restart();
    expect(harness.view()).toMatchObject({ status: 'signingIn', via: 'tab' });
    come();
    await signedIn();
  });

  it('is resumed at the next start if no background was awake for its return', async () => {
    harness.host.onTab = () => undefined;
    harness.kill();
    come();
    await expect.poll(() => [...harness.host.tabs.values()].join('')).toContain(RETURN_PAGE);
    await harness.restart();
    await signedIn();
  });

  it('is brought to the front by a second click and by the button', async () => {
    await harness.session.signIn();
    await harness.session.signInInTab();
    expect(await harness.session.showWindow()).toBe(true);
    expect(harness.host.focusedTabs).toHaveLength(3);
    expect(harness.host.tabs.size).toBe(1);
    come();
    await signedIn();
  });

  it('cancels the attempt when closed, even if no background is awake', async () => {
    const [tab = 0] = harness.host.tabs.keys();
    harness.host.closeTab(tab);
    await expect.poll(() => harness.view().problem?.code).toBe('cancelled');

    await harness.session.signInInTab();
    harness.host.onTabGone = () => undefined;
    harness.kill();
    harness.host.closeTab([...harness.host.tabs.keys()][0] ?? 0);
    await harness.restart();
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
  });

  it.each(['cancel', 'sign out', 'reset nothing'] as const)('%s', async (how) => {
    if (how === 'cancel') await harness.session.cancelSignIn();
    if (how === 'sign out') await harness.session.signOut();
    if (how === 'reset nothing') {
      await harness.session.reset();
      return;
    }
    expect(harness.view().status).toBe('signedOut');
    come();
    await expect.poll(() => harness.host.tabs.size).toBe(0);
    none();
  });

  it('is reported as interrupted after the browser restarted', async () => {
    harness.host.memory.clear();
    harness.host.tabs.clear();
    await harness.restart();
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  });

  it('is not confused with another tab at the return page', async () => {
    await harness.session.tabUpdated(4711, `${RETURN_PAGE}?code=${'0'.repeat(64)}&state=x`);
    const [tab = 0] = harness.host.tabs.keys();
    await harness.session.tabUpdated(tab, 'http://127.0.0.1:9721/elsewhere?code=1');
    expect(harness.view().status).toBe('signingIn');
  });

  it('is refused if it returns with another sign-in’s answer', async () => {
    const [tab = 0] = harness.host.tabs.keys();
    await harness.session.tabUpdated(tab, `${RETURN_PAGE}?code=${'0'.repeat(64)}&state=of-another-attempt`);
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'state_mismatch' } });
    come();
    await expect.poll(() => harness.host.tabs.size).toBe(0);
    none();
  });
});

it('keeps a click whose background dies before the attempt is stored', async () => {
  harness.host.tabsAllowed = false;
  await harness.session.signInInTab();
  harness.host.tabsAllowed = true;
  let killed = false;
  harness.host.onCall = (moment, call) => {
    if (killed || moment !== 'before' || call !== 'local.set record view journal') return;
    killed = true;
    harness.kill();
  };
  void harness.session.permissionAdded();
  await expect.poll(() => killed).toBe(true);
  harness.host.onCall = () => undefined;
  await harness.restart();
  await signedIn();
});
