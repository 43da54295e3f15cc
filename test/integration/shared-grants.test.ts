// A server with oidc-provider's default: all sign-ins of one browser share a grant, so that revoking a token of an
// earlier one ends the latest. On each server of the standards, whatever it does with grants, such tokens are held.
import { afterEach, describe, expect, it } from 'vitest';
import { ALARMS } from '../../src/session/state/storage-items.ts';
import { createHarness, type Harness } from './harness.ts';

const WRITE = 'profile:display_name:write';

let world: Harness;
afterEach(() => world.stop());

async function signedIn(sharedGrants: boolean, email = 'ada@example.com'): Promise<void> {
  world = await createHarness('next', { sharedGrants });
  world.signsInAs(email);
  await world.session.signIn();
}

/** The session's grant still answers. */
async function expectAlive(): Promise<void> {
  await world.session.runMaintenance();
  const { token } = await world.session.accessToken('profile');
  await world.session.accessToken('profile', token);
  expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
}

async function signedOutOffline(): Promise<void> {
  const network = world.host.fetch;
  world.host.fetch = () => Promise.reject(new TypeError('offline'));
  await world.session.signOut();
  await world.session.runMaintenance();
  world.host.fetch = network;
}

const held = () => world.view().heldRevocations ?? 0;

async function expectNothingLeftAfterSignOut(): Promise<void> {
  await world.session.signOut();
  await world.session.drainOutbox();
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
  expect(world.record().outbox).toEqual([]);
  expect(held()).toBe(0);
}

describe.each([
  ['one grant for all sign-ins', true],
  ['a grant for each sign-in', false],
])('on a server with %s', (_, shared) => {
  it('the token of a sign-in that another replaced is held until the sign-out', async () => {
    await signedIn(shared);
    await world.session.requestScopes(WRITE);
    await expectAlive();
    expect(world.view()).toMatchObject({ pendingRevocations: 0, heldRevocations: 1 });
    expect(world.host.alarms.has(ALARMS.outbox)).toBe(false);
    await world.session.signIn();
    await expectAlive();
    expect(held()).toBe(2);
    await expectNothingLeftAfterSignOut();
  });

  it('so are those of an attempt that failed, also where no account can be told', async () => {
    await signedIn(shared);
    await world.session.stepUp();
    expect(world.view()).toMatchObject({ status: 'signedIn', problem: { code: 'step_up_required' } });
    await expectAlive();
    const network = world.host.fetch;
    world.host.fetch = async (input, init) => {
      const answer = await network(input, init);
      const isExchange = String(init?.body).includes('authorization_code');
      return isExchange ? Response.json({ ...((await answer.json()) as object), id_token: 'x' }) : answer;
    };
    await world.session.requestScopes(WRITE);
    world.host.fetch = network;
    expect(world.view()).toMatchObject({ problem: { reason: 'id_token_malformed' } });
    await expectAlive();
    expect(held()).toBe(2);
    await expectNothingLeftAfterSignOut();
  });

  it('a sign-out that could not be told yet does not end the next sign-in', async () => {
    await signedIn(shared);
    await signedOutOffline();
    await world.session.signIn();
    world.host.skew += 60_000;
    await expectAlive();
    expect(world.view()).toMatchObject({ pendingRevocations: 0, heldRevocations: 1 });
    await expectNothingLeftAfterSignOut();
  });

  it('nor while that one exchanges its code', async () => {
    await signedIn(shared);
    await signedOutOffline();
    const network = world.host.fetch;
    world.host.fetch = async (input, init) => {
      const isExchange = String(init?.body).includes('authorization_code');
      world.host.skew += isExchange ? 60_000 : 0;
      if (isExchange) await world.session.drainOutbox();
      return network(input, init);
    };
    await world.session.signIn();
    await expectAlive();
    await expectNothingLeftAfterSignOut();
  });

  it('another account’s sign-in revokes them', async () => {
    await signedIn(shared, 'lin@example.com');
    await world.session.requestScopes(WRITE);
    expect(held()).toBe(1);
    world.signsInAs('ada@example.com');
    await world.session.signIn();
    await world.session.drainOutbox();
    expect([world.liveGrants(), held()]).toEqual([1, 0]);
    await expectAlive();
    await expectNothingLeftAfterSignOut();
  });

  it('those of a failed attempt of another account are revoked at once', async () => {
    await signedIn(shared);
    world.signsInAs('lin@example.com');
    await world.session.requestScopes(WRITE);
    expect(world.view()).toMatchObject({ problem: { code: 'account_changed' } });
    await world.session.drainOutbox();
    expect([world.liveGrants(), held()]).toEqual([1, 0]);
    await expectAlive();
    await expectNothingLeftAfterSignOut();
  });
});
