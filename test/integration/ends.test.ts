// How Mozilla accounts or the user ends a session, and what follows: always with a reason, accounts never mixed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT, createHarness, type Harness } from './harness.ts';

let harness: Harness;
let urls: URL[];
beforeEach(async () => {
  harness = await createHarness('today');
  urls = [];
  await signIn();
});
afterEach(() => harness.stop());

/** Signs in, and keeps the address that the window opened with. */
async function signIn(as = 'ada@example.com', options = {}): Promise<void> {
  harness.signsInAs(as);
  const signIn = harness.host.simulatedUser;
  harness.host.simulatedUser = (url) => {
    urls.push(new URL(url));
    return signIn(url);
  };
  await harness.session.signIn(options);
}

const ada = () => {
  const account = harness.mock.store.accounts.byEmail('ada@example.com');
  if (!account) throw new Error('Ada has no account.');
  return account;
};
const changePassword = () => harness.mock.store.changePassword(ada(), 'another horse');
const because = () => harness.record().journal.at(-1);

describe('when the grant was rejected', () => {
  it('gives the revoked grant as the reason, and journals it with its time', async () => {
    const before = Date.now();
    changePassword();
    harness.host.memory.delete('tokens');
    await harness.session.refreshProfile();
    expect(harness.view()).toMatchObject({
      status: 'needsReauth',
      endReason: { code: 'reauth_required', reason: 'grant_revoked' },
      account: { email: 'ada@example.com' },
    });
    expect(because()).toMatchObject({ from: 'signedIn', to: 'needsReauth', why: 'grant_revoked' });
    expect(because()?.at).toBeGreaterThanOrEqual(before);
    expect(harness.view().endReason?.at).toBe(because()?.at);
  });

  it('asks at once after a hint, and gives it as the reason', async () => {
    changePassword();
    await harness.session.suspectEnd('password_changed');
    expect(harness.view()).toMatchObject({
      status: 'needsReauth',
      endReason: { reason: 'password_changed' },
    });
    expect(because()?.why).toBe('password_changed');
  });

  it('removes everything of a deleted account', async () => {
    harness.mock.store.deleteAccount(ada().uid);
    await harness.session.suspectEnd('account_deleted');
    expect(harness.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'account_deleted' } });
    expect(harness.view()).not.toHaveProperty('account');
    expect(harness.stored()).not.toContain('ada@example.com');
  });

  it('gives the hint as the reason even if it came while offline', async () => {
    const network = harness.host.fetch;
    harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await harness.session.suspectEnd('password_changed');
    expect(harness.view().status).toBe('signedIn');
    harness.host.fetch = network;
    changePassword();
    // No second hint is needed: the next wake asks.
    harness.host.skew = 120_000;
    await harness.restart();
    await expect.poll(() => harness.view().endReason?.reason).toBe('password_changed');
  });
});

it('a hint without a proof changes nothing, and is forgotten', async () => {
  await harness.session.suspectEnd('account_deleted');
  expect(harness.view()).toMatchObject({ status: 'signedIn' });
  changePassword();
  harness.host.memory.delete('tokens');
  await harness.session.refreshProfile();
  expect(harness.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'grant_revoked' } });
});

it('ignores a hint while signed out', async () => {
  await harness.session.signOut();
  await harness.session.suspectEnd('account_deleted');
  expect(harness.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'by_user' } });
});

describe('after the end', () => {
  beforeEach(async () => {
    harness.mock.store.disconnect(ada().uid, CLIENT);
    harness.host.memory.delete('tokens');
    await harness.session.refreshProfile();
    expect(harness.view().status).toBe('needsReauth');
  });

  it('signs in again with one click, with the email address filled in', async () => {
    await signIn();
    expect(urls.at(-1)?.searchParams.get('login_hint')).toBe('ada@example.com');
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    expect(harness.view()).not.toHaveProperty('endReason');
    expect(harness.view()).not.toHaveProperty('replacedOther');
  });

  it('tells the user that another account signed in, and doesn’t mix the two', async () => {
    await signIn('lin@example.com');
    expect(harness.view()).toMatchObject({ account: { email: 'lin@example.com' }, replacedOther: true });
    expect(harness.stored()).not.toContain('ada@example.com');
    expect(harness.stored()).not.toContain('Ada Lovelace');
    await harness.session.runMaintenance();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([1, 1]);
  });
});

describe('a user who chooses the account', () => {
  it('is asked for the account until a sign-in succeeds', async () => {
    await harness.session.signOut({ forceLogin: true });
    harness.host.simulatedUser = (url) => {
      urls.push(new URL(url));
      return Promise.reject(new Error('closed'));
    };
    await harness.session.signIn();
    expect(urls.at(-1)?.searchParams.get('prompt')).toBe('login');
    await harness.restart();
    await signIn();
    expect(urls.at(-1)?.searchParams.get('prompt')).toBe('login');
    await harness.session.signOut();
    await signIn();
    expect(urls.at(-1)?.searchParams.has('prompt')).toBe(false);
  });

  it('is asked for the account, and keeps the former one until then', async () => {
    harness.host.simulatedUser = () => Promise.reject(new Error('closed'));
    await harness.session.signIn({ forceLogin: true });
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    await signIn('lin@example.com', { forceLogin: true });
    const { searchParams } = urls.at(-1) ?? new URL('about:blank');
    expect(searchParams.get('prompt')).toBe('login');
    expect(searchParams.has('login_hint')).toBe(false);
    expect(harness.view()).toMatchObject({ account: { email: 'lin@example.com' }, replacedOther: true });
    expect(harness.stored()).not.toContain('ada@example.com');
    await harness.session.runMaintenance();
    expect([harness.liveGrants(), harness.liveTokens()]).toEqual([1, 1]);
  });
});
