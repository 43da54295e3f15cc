// Two things at once, each held at the moment that matters: neither loses anything to the other.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdAt, slowPerson } from './hold.ts';
import { CLIENT, createHarness, SCOPE, type Harness } from './harness.ts';

vi.mock('../../src/extension/browser/api.ts', () => ({ browser: {} }));
const { iconOf } = await import('../../src/extension/browser/background/toolbar.ts');

let world: Harness;
beforeEach(async () => {
  world = await createHarness('today');
  world.host.tabsAllowed = true;
});
afterEach(() => {
  world.host.hold = undefined;
  return world.stop();
});

const inWindow = () => expect.poll(() => world.view().phase).toBe('window');
const grantOf = () => (world.record().session as { grant?: { sealed?: object } }).grant;

it('doesn’t end a session because the one before lost its key', async () => {
  await world.session.signIn();
  const record = structuredClone(world.record());
  Object.assign(record.session, { grant: { ...grantOf(), sealed: { refreshToken: 'unreadable' } } });
  world.host.local.set('record', record);
  world.host.memory.delete('tokens');
  const go = slowPerson(world);
  const attempt = world.session.signIn();
  await inWindow();
  // The refresh has found the key lost, and is about to end the session.
  const held = holdAt(world, 'vault.open', 1, 'out');
  const token = world.session.accessToken('profile');
  await held.reached;
  const written = holdAt(world, 'local.get record', 2);
  held.release();
  await written.reached;
  go();
  written.release();
  await Promise.allSettled([token, attempt]);
  await expect.poll(() => world.view().status).toBe('signedIn');
  expect(world.view()).not.toHaveProperty('endReason');
});

describe('an attempt on top of a session', () => {
  beforeEach(() => world.session.signIn());

  it('is reported as interrupted until dismissed, and the next one asks for the account again', async () => {
    slowPerson(world);
    void world.session.signIn({ forceLogin: true });
    await inWindow();
    world.kill();
    await world.restart();
    await world.session.refreshProfile();
    expect(world.view()).toMatchObject({
      status: 'signedIn',
      unfinished: true,
      problem: { code: 'interrupted' },
    });
    expect(iconOf(world.view(), Date.now())).toBe('attention');
    let url = '';
    world.host.simulatedUser = (opened) => {
      url = opened;
      return Promise.reject(new Error('closed'));
    };
    for (const id of world.host.windows.open) world.host.closeWindow(id);
    await expect.poll(() => world.host.windows.open).toEqual([]);
    world.host.skew = 10_000;
    await world.session.signIn();
    expect(new URL(url).searchParams.get('prompt')).toBe('login');
    expect(world.view()).not.toHaveProperty('unfinished');
  });

  it('can be dismissed', async () => {
    world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await world.session.signIn({ forceLogin: true });
    expect(world.view()).toMatchObject({ unfinished: true, problem: { code: 'offline' } });
    await world.session.dismissProblem();
    expect(world.view()).toMatchObject({ status: 'signedIn' });
    expect(world.view()).not.toHaveProperty('problem');
  });

  it('doesn’t keep the end of the session beneath it out of the journal', async () => {
    slowPerson(world);
    const attempt = world.session.signIn();
    await inWindow();
    for (const { id } of world.mock.store.liveGrants({ clientId: CLIENT }))
      world.mock.store.tokens.removeRefreshToken(id);
    world.host.memory.delete('tokens');
    await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'reauth_required' });
    await world.session.cancelSignIn();
    await attempt;
    expect(
      world
        .record()
        .journal.map(({ from, to, why }) => `${from} ${to} ${why}`)
        .slice(-2),
    ).toEqual(['signedIn needsReauth grant_revoked', 'signingIn needsReauth cancelled']);
  });
});

describe('an attempt that was cancelled', () => {
  it('opens no tab', async () => {
    const held = holdAt(world, 'memory.set tabAttempt');
    const attempt = world.session.signInInTab();
    await held.reached;
    await world.session.cancelSignIn();
    held.release();
    await attempt;
    await expect.poll(() => world.host.memory.get('tabAttempt')).toBeNull();
    expect(world.host.tabs.size).toBe(0);
    expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
  });

  it('doesn’t close the window of the next', async () => {
    const go = slowPerson(world);
    const held = holdAt(world, 'local.get record', 4);
    const first = world.session.signIn();
    await held.reached;
    await world.session.cancelSignIn();
    await first;
    const second = world.session.signIn();
    await inWindow();
    held.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(world.view().phase).toBe('window');
    go();
    await second;
    expect(world.view().status).toBe('signedIn');
  });
});

it('fails the attempt if the permission is revoked while its tab is open', async () => {
  const go = slowPerson(world);
  await world.session.signInInTab();
  await expect.poll(() => world.host.tabs.size).toBe(1);
  world.host.tabsAllowed = false;
  world.host.onTab = () => undefined;
  go();
  await world.session.wake();
  expect(world.view()).toMatchObject({
    status: 'signedOut',
    problem: { code: 'interrupted', reason: 'tab_not_allowed' },
  });
  expect(world.host.memory.get('tabAttempt')).toBeNull();
});

it('fetches the profile again after a change, even if a fetch was running', async () => {
  await world.stop();
  world = await createHarness('today', { scope: `${SCOPE} profile:display_name:write` });
  await world.session.signIn();
  const held = holdAt(world, 'fetch /v1/profile', 1, 'back');
  const look = world.session.refreshProfile();
  await held.reached;
  const change = world.session.changeDisplayName('Countess of Lovelace');
  await expect
    .poll(() => world.mock.store.accounts.byEmail('ada@example.com')?.displayName)
    .toBe('Countess of Lovelace');
  held.release();
  await Promise.all([look, change]);
  expect(world.view().account?.displayName).toBe('Countess of Lovelace');
});

it('recognizes its window even if the clock jumps before it appears', async () => {
  slowPerson(world);
  let come = () => {};
  world.host.answered = new Promise((resolve) => (come = resolve));
  const attempt = world.session.signIn();
  await inWindow();
  world.host.skew = 3_600_000;
  come();
  await expect.poll(() => world.session.showWindow()).toBe(true);
  await world.session.cancelSignIn();
  await attempt;
  await expect.poll(() => world.host.windows.open).toEqual([]);
});
