// A server with oidc-provider's default: all sign-ins of one browser share a grant, so that revoking a token of an
// earlier one ends the latest. On each server of the standards, whatever it does with grants, such tokens are held.
import { afterEach, describe, expect, it } from 'vitest';
import { ALARMS } from '../../src/session/state/storage-items.ts';
import { createHarness, type Harness } from './harness.ts';

const WRITE = 'profile:display_name:write';

let harness: Harness;
afterEach(() => harness.stop());

async function signedIn(sharedGrants: boolean, email = 'ada@example.com'): Promise<void> {
  harness = await createHarness('next', { sharedGrants });
  harness.signsInAs(email);
  await harness.session.signIn();
}

/** The session's grant still answers. */
async function expectAlive(): Promise<void> {
  await harness.session.runMaintenance();
  const { token } = await harness.session.accessToken('profile');
  await harness.session.accessToken('profile', token);
  expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'ada@example.com' } });
}

async function signedOutOffline(): Promise<void> {
  const network = harness.host.fetch;
  harness.host.fetch = () => Promise.reject(new TypeError('offline'));
  await harness.session.signOut();
  await harness.session.runMaintenance();
  harness.host.fetch = network;
}

const held = () => harness.view().heldRevocations ?? 0;

async function expectNothingLeftAfterSignOut(): Promise<void> {
  await harness.session.signOut();
  await harness.session.drainOutbox();
  expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
  expect(harness.record().outbox).toEqual([]);
  expect(held()).toBe(0);
}

describe.each([
  ['one grant for all sign-ins', true],
  ['a grant for each sign-in', false],
])('on a server with %s', (_, shared) => {
  it('the token of a sign-in that another replaced is held until the sign-out', async () => {
    await signedIn(shared);
    await harness.session.requestScopes(WRITE);
    await expectAlive();
    expect(harness.view()).toMatchObject({ pendingRevocations: 0, heldRevocations: 1 });
    expect(harness.host.alarms.has(ALARMS.outbox)).toBe(false);
    await harness.session.signIn();
    await expectAlive();
    expect(held()).toBe(2);
    await expectNothingLeftAfterSignOut();
  });

  it('so are those of an attempt that failed, also where no account can be told', async () => {
    await signedIn(shared);
    await harness.session.stepUp();
    expect(harness.view()).toMatchObject({ status: 'signedIn', problem: { code: 'step_up_required' } });
    await expectAlive();
    const network = harness.host.fetch;
    harness.host.fetch = async (input, init) => {
      const answer = await network(input, init);
      const isExchange = String(init?.body).includes('authorization_code');
      return isExchange ? Response.json({ ...((await answer.json()) as object), id_token: 'x' }) : answer;
    };
    await harness.session.requestScopes(WRITE);
    harness.host.fetch = network;
    expect(harness.view()).toMatchObject({ problem: { reason: 'id_token_malformed' } });
    await expectAlive();
    expect(held()).toBe(2);
    await expectNothingLeftAfterSignOut();
  });

  it('a sign-out that could not be told yet does not end the next sign-in', async () => {
    await signedIn(shared);
    await signedOutOffline();
    await harness.session.signIn();
    harness.host.skew += 60_000;
    await expectAlive();
    expect(harness.view()).toMatchObject({ pendingRevocations: 0, heldRevocations: 1 });
    await expectNothingLeftAfterSignOut();
  });

  it('nor while that one exchanges its code', async () => {
    await signedIn(shared);
    await signedOutOffline();
    const network = harness.host.fetch;
    harness.host.fetch = async (input, init) => {
      const isExchange = String(init?.body).includes('authorization_code');
      harness.host.skew += isExchange ? 60_000 : 0;
      if (isExchange) await harness.session.drainOutbox();
      return network(input, init);
    };
    await harness.session.signIn();
    await expectAlive();
    await expectNothingLeftAfterSignOut();
  });

  it('another account’s sign-in revokes them', async () => {
    await signedIn(shared, 'lin@example.com');
    await harness.session.requestScopes(WRITE);
    expect(held()).toBe(1);
    harness.signsInAs('ada@example.com');
    await harness.session.signIn();
    await harness.session.drainOutbox();
    expect([harness.liveGrants(), held()]).toEqual([1, 0]);
    await expectAlive();
    await expectNothingLeftAfterSignOut();
  });

  it('those of a failed attempt of another account are revoked at once', async () => {
    await signedIn(shared);
    harness.signsInAs('lin@example.com');
    await harness.session.requestScopes(WRITE);
    expect(harness.view()).toMatchObject({ problem: { code: 'account_changed' } });
    await harness.session.drainOutbox();
    expect([harness.liveGrants(), held()]).toEqual([1, 0]);
    await expectAlive();
    await expectNothingLeftAfterSignOut();
  });
});
