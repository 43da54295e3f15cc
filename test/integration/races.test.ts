// Two things at once, each held at the moment that matters: neither loses anything to the other.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { holdAt, slowPerson } from './hold.ts';
import { CLIENT, createHarness, SCOPE, type Harness } from './harness.ts';

vi.mock('../../src/extension/browser/api.ts', () => ({ browser: {} }));
const { iconOf } = await import('../../src/extension/browser/background/toolbar.ts');

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness('today');
  harness.host.tabsAllowed = true;
});
afterEach(() => {
  harness.host.hold = undefined;
  return harness.stop();
});

const inWindow = () => expect.poll(() => harness.view().phase).toBe('window');
const grantOf = () => (harness.record().session as { grant?: { sealed?: object } }).grant;

it('doesn’t end a session because the one before lost its key', async () => {
  await harness.session.signIn();
  const record = structuredClone(harness.record());
  Object.assign(record.session, { grant: { ...grantOf(), sealed: { refreshToken: 'unreadable' } } });
  harness.host.local.set('record', record);
  harness.host.memory.delete('tokens');
  const go = slowPerson(harness);
  const attempt = harness.session.signIn();
  await inWindow();
  // The refresh has found the key lost, and is about to end the session.
  const held = holdAt(harness, 'vault.open', 1, 'out');
  const token = harness.session.accessToken('profile');
  await held.reached;
  const written = holdAt(harness, 'local.get record', 2);
  held.release();
  await written.reached;
  go();
  written.release();
  await Promise.allSettled([token, attempt]);
  await expect.poll(() => harness.view().status).toBe('signedIn');
  expect(harness.view()).not.toHaveProperty('endReason');
});

describe('an attempt on top of a session', () => {
  beforeEach(() => harness.session.signIn());

  it('is reported as interrupted until dismissed, and the next one asks for the account again', async () => {
    slowPerson(harness);
    void harness.session.signIn({ forceLogin: true });
    await inWindow();
    harness.kill();
    await harness.restart();
    await harness.session.refreshProfile();
    expect(harness.view()).toMatchObject({
      status: 'signedIn',
      unfinished: true,
      problem: { code: 'interrupted' },
    });
    expect(iconOf(harness.view(), Date.now())).toBe('attention');
    let url = '';
    harness.host.simulatedUser = (opened) => {
      url = opened;
      return Promise.reject(new Error('closed'));
    };
    for (const id of harness.host.windows.open) harness.host.closeWindow(id);
    await expect.poll(() => harness.host.windows.open).toEqual([]);
    harness.host.skew = 10_000;
    await harness.session.signIn();
    expect(new URL(url).searchParams.get('prompt')).toBe('login');
    expect(harness.view()).not.toHaveProperty('unfinished');
  });

  it('can be dismissed', async () => {
    harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await harness.session.signIn({ forceLogin: true });
    expect(harness.view()).toMatchObject({ unfinished: true, problem: { code: 'offline' } });
    await harness.session.dismissProblem();
    expect(harness.view()).toMatchObject({ status: 'signedIn' });
    expect(harness.view()).not.toHaveProperty('problem');
  });

  it('doesn’t keep the end of the session beneath it out of the journal', async () => {
    slowPerson(harness);
    const attempt = harness.session.signIn();
    await inWindow();
    for (const { id } of harness.mock.store.liveGrants({ clientId: CLIENT }))
      harness.mock.store.tokens.removeRefreshToken(id);
    harness.host.memory.delete('tokens');
    await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ code: 'reauth_required' });
    await harness.session.cancelSignIn();
    await attempt;
    expect(
      harness
        .record()
        .journal.map(({ from, to, why }) => `${from} ${to} ${why}`)
        .slice(-2),
    ).toEqual(['signedIn needsReauth grant_revoked', 'signingIn needsReauth cancelled']);
  });
});

describe('an attempt that was cancelled', () => {
  it('opens no tab', async () => {
    const held = holdAt(harness, 'memory.set tabAttempt');
    const attempt = harness.session.signInInTab();
    await held.reached;
    await harness.session.cancelSignIn();
    held.release();
    await attempt;
    await expect.poll(() => harness.host.memory.get('tabAttempt')).toBeNull();
    expect(harness.host.tabs.size).toBe(0);
    expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
  });

  it('doesn’t close the window of the next', async () => {
    const go = slowPerson(harness);
    const held = holdAt(harness, 'local.get record', 4);
    const first = harness.session.signIn();
    await held.reached;
    await harness.session.cancelSignIn();
    await first;
    const second = harness.session.signIn();
    await inWindow();
    held.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(harness.view().phase).toBe('window');
    go();
    await second;
    expect(harness.view().status).toBe('signedIn');
  });
});

it('fails the attempt if the permission is revoked while its tab is open', async () => {
  const go = slowPerson(harness);
  await harness.session.signInInTab();
  await expect.poll(() => harness.host.tabs.size).toBe(1);
  harness.host.tabsAllowed = false;
  harness.host.onTab = () => undefined;
  go();
  await harness.session.wake();
  expect(harness.view()).toMatchObject({
    status: 'signedOut',
    problem: { code: 'interrupted', reason: 'tab_not_allowed' },
  });
  expect(harness.host.memory.get('tabAttempt')).toBeNull();
});

it('fetches the profile again after a change, even if a fetch was running', async () => {
  await harness.stop();
  harness = await createHarness('today', { scope: `${SCOPE} profile:display_name:write` });
  await harness.session.signIn();
  const held = holdAt(harness, 'fetch /v1/profile', 1, 'back');
  const look = harness.session.refreshProfile();
  await held.reached;
  const change = harness.session.changeDisplayName('Countess of Lovelace');
  await expect
    .poll(() => harness.mock.store.accounts.byEmail('ada@example.com')?.displayName)
    .toBe('Countess of Lovelace');
  held.release();
  await Promise.all([look, change]);
  expect(harness.view().account?.displayName).toBe('Countess of Lovelace');
});

it('recognizes its window even if the clock jumps before it appears', async () => {
  slowPerson(harness);
  let come = () => {};
  harness.host.answered = new Promise((resolve) => (come = resolve));
  const attempt = harness.session.signIn();
  await inWindow();
  harness.host.skew = 3_600_000;
  come();
  await expect.poll(() => harness.session.showWindow()).toBe(true);
  await harness.session.cancelSignIn();
  await attempt;
  await expect.poll(() => harness.host.windows.open).toEqual([]);
});
