// How Mozilla accounts or the user ends a session, and what follows: always with a reason, accounts never mixed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT, createHarness, type Harness } from './harness.ts';

let world: Harness;
let urls: URL[];
beforeEach(async () => {
  world = await createHarness('today');
  urls = [];
  await signIn();
});
afterEach(() => world.stop());

/** Signs in, and keeps the address that the window opened with. */
async function signIn(as = 'ada@example.com', options = {}): Promise<void> {
  world.signsInAs(as);
  const signIn = world.host.simulatedUser;
  world.host.simulatedUser = (url) => {
    urls.push(new URL(url));
    return signIn(url);
  };
  await world.session.signIn(options);
}

const ada = () => {
  const account = world.mock.store.accounts.byEmail('ada@example.com');
  if (!account) throw new Error('Ada has no account.');
  return account;
};
const changePassword = () => world.mock.store.changePassword(ada(), 'another horse');
const because = () => world.record().journal.at(-1);

describe('when the grant was rejected', () => {
  it('gives the revoked grant as the reason, and journals it with its time', async () => {
    const before = Date.now();
    changePassword();
    world.host.memory.delete('tokens');
    await world.session.refreshProfile();
    expect(world.view()).toMatchObject({
      status: 'needsReauth',
      endReason: { code: 'reauth_required', reason: 'grant_revoked' },
      account: { email: 'ada@example.com' },
    });
    expect(because()).toMatchObject({ from: 'signedIn', to: 'needsReauth', why: 'grant_revoked' });
    expect(because()?.at).toBeGreaterThanOrEqual(before);
    expect(world.view().endReason?.at).toBe(because()?.at);
  });

  it('asks at once after a hint, and gives it as the reason', async () => {
    changePassword();
    await world.session.suspectEnd('password_changed');
    expect(world.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'password_changed' } });
    expect(because()?.why).toBe('password_changed');
  });

  it('removes everything of a deleted account', async () => {
    world.mock.store.deleteAccount(ada().uid);
    await world.session.suspectEnd('account_deleted');
    expect(world.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'account_deleted' } });
    expect(world.view()).not.toHaveProperty('account');
    expect(world.stored()).not.toContain('ada@example.com');
  });

  it('gives the hint as the reason even if it came while offline', async () => {
    const network = world.host.fetch;
    world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await world.session.suspectEnd('password_changed');
    expect(world.view().status).toBe('signedIn');
    world.host.fetch = network;
    changePassword();
    // No second hint is needed: the next wake asks.
    world.host.skew = 120_000;
    await world.restart();
    await expect.poll(() => world.view().endReason?.reason).toBe('password_changed');
  });
});

it('a hint without a proof changes nothing, and is forgotten', async () => {
  await world.session.suspectEnd('account_deleted');
  expect(world.view()).toMatchObject({ status: 'signedIn' });
  changePassword();
  world.host.memory.delete('tokens');
  await world.session.refreshProfile();
  expect(world.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'grant_revoked' } });
});

it('ignores a hint while signed out', async () => {
  await world.session.signOut();
  await world.session.suspectEnd('account_deleted');
  expect(world.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'by_user' } });
});

describe('after the end', () => {
  beforeEach(async () => {
    world.mock.store.disconnect(ada().uid, CLIENT);
    world.host.memory.delete('tokens');
    await world.session.refreshProfile();
    expect(world.view().status).toBe('needsReauth');
  });

  it('signs in again with one click, with the email address filled in', async () => {
    await signIn();
    expect(urls.at(-1)?.searchParams.get('login_hint')).toBe('ada@example.com');
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    expect(world.view()).not.toHaveProperty('endReason');
    expect(world.view()).not.toHaveProperty('replacedOther');
  });

  it('tells the user that another account signed in, and doesn’t mix the two', async () => {
    await signIn('lin@example.com');
    expect(world.view()).toMatchObject({ account: { email: 'lin@example.com' }, replacedOther: true });
    expect(world.stored()).not.toContain('ada@example.com');
    expect(world.stored()).not.toContain('Ada Lovelace');
    await world.session.runMaintenance();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([1, 1]);
  });
});

describe('a user who chooses the account', () => {
  it('is asked for the account until a sign-in succeeds', async () => {
    await world.session.signOut({ forceLogin: true });
    world.host.simulatedUser = (url) => {
      urls.push(new URL(url));
      return Promise.reject(new Error('closed'));
    };
    await world.session.signIn();
    expect(urls.at(-1)?.searchParams.get('prompt')).toBe('login');
    await world.restart();
    await signIn();
    expect(urls.at(-1)?.searchParams.get('prompt')).toBe('login');
    await world.session.signOut();
    await signIn();
    expect(urls.at(-1)?.searchParams.has('prompt')).toBe(false);
  });

  it('is asked for the account, and keeps the former one until then', async () => {
    world.host.simulatedUser = () => Promise.reject(new Error('closed'));
    await world.session.signIn({ forceLogin: true });
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
    await signIn('lin@example.com', { forceLogin: true });
    const { searchParams } = urls.at(-1) ?? new URL('about:blank');
    expect(searchParams.get('prompt')).toBe('login');
    expect(searchParams.has('login_hint')).toBe(false);
    expect(world.view()).toMatchObject({ account: { email: 'lin@example.com' }, replacedOther: true });
    expect(world.stored()).not.toContain('ada@example.com');
    await world.session.runMaintenance();
    expect([world.liveGrants(), world.liveTokens()]).toEqual([1, 1]);
  });
});
