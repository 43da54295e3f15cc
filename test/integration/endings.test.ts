// How sessions end, and what is left to do then: late tokens, lost keys, foreign records, a server that asks for a
// pause.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CLIENT, createHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness('today');
  await harness.session.signIn();
  expect(harness.view().status).toBe('signedIn');
});
afterEach(() => harness.stop());

it('destroys a token that arrives after sign-out, unused', async () => {
  const network = harness.host.fetch;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  harness.host.skew = 3_590_000;
  harness.host.fetch = async (input, init) => {
    const response = await network(input, init);
    if (String(input).endsWith('/v1/token')) await held;
    return response;
  };
  const token = harness.session.accessToken('profile');
  await expect.poll(harness.liveTokens).toBe(2);
  await harness.session.signOut();
  answer();
  await expect(token).rejects.toMatchObject({ code: 'signed_out' });
  await expect.poll(() => [harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
});

it('destroys the grant of a sign-out made during a pass over the outbox', async () => {
  const pass = harness.session.refreshProfile();
  await harness.session.signOut();
  await pass;
  await expect.poll(() => [harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
});

it('waits when a server asks for a pause, for grants and tokens', async () => {
  const network = harness.host.fetch;
  const busy = vi.fn<typeof fetch>(() =>
    Promise.resolve(
      Response.json({ code: 429, errno: 114 }, { status: 429, headers: { 'retry-after': '1800' } }),
    ),
  );
  harness.host.fetch = busy;
  await harness.session.signOut();
  await harness.session.drainOutbox();
  const asked = busy.mock.calls.length;
  expect(harness.host.alarms.get('fxa:outbox')).toBeGreaterThan(Date.now() + 1_700_000);
  harness.host.skew = 300_000;
  await harness.session.drainOutbox();
  expect(busy).toHaveBeenCalledTimes(asked);

  harness.host.fetch = network;
  harness.host.skew = 2_400_000;
  await harness.session.drainOutbox();
  expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
});

it('doesn’t postpone a revocation for years because the clock was far ahead', async () => {
  const network = harness.host.fetch;
  harness.host.skew = 3 * 365 * 86_400_000;
  harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  await harness.session.signOut();
  await harness.session.drainOutbox();
  harness.host.skew = 0;
  harness.host.fetch = network;
  await harness.session.drainOutbox();
  expect(harness.liveGrants()).toBe(0);
});

it('ends the session with a reason when the sealing key is lost, and destroys the grant by its id', async () => {
  harness.host.memory.clear();
  const record = structuredClone(harness.record()) as unknown as { session: { grant: { sealed: object } } };
  record.session.grant.sealed = { refreshToken: 'unreadable' };
  harness.host.local.set('record', record);
  await harness.restart();
  await harness.session.refreshProfile();
  expect(harness.view()).toMatchObject({
    status: 'signedOut',
    endReason: { code: 'signed_out', reason: 'key_lost' },
  });
  expect(harness.record().journal.at(-1)?.why).toBe('key_lost');
  await expect.poll(harness.liveGrants).toBe(0);
});

it('starts signed out in a build with another client id, and destroys the former grant', async () => {
  harness.host.local.set('record', { ...harness.record(), deployment: `${harness.mock.origin} other` });
  await harness.restart();
  expect(harness.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'environment_changed' } });
  expect(harness.record().journal.at(-1)?.why).toBe('environment_changed');
  expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
});

it('starts signed out in a build for another server, and keeps the grant’s id for a build that can destroy it', async () => {
  const { deployment } = harness.record();
  harness.host.local.set('record', {
    ...harness.record(),
    deployment: `https://elsewhere.example ${CLIENT}`,
  });
  await harness.restart();
  expect(harness.view()).toMatchObject({ status: 'signedOut' });
  expect(harness.record()).toMatchObject({
    deployment,
    outbox: [{ issuer: 'https://elsewhere.example', attempts: 0 }],
  });
});

it('leaves a record of a newer version alone and reports it, until it can be read again', async () => {
  const record = harness.record();
  const future = { version: 4, somethingElse: true };
  harness.host.local.set('record', future);
  await expect(harness.session.signIn()).rejects.toMatchObject({ code: 'storage_newer' });
  await expect(harness.restart()).rejects.toMatchObject({ code: 'storage_newer' });
  expect(harness.host.local.get('record')).toEqual(future);
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'storage_newer' } });

  harness.host.local.set('record', record);
  await harness.restart();
  expect(harness.view()).toMatchObject({ status: 'signedIn' });
});

it('refuses to sign in a disabled account, and destroys its grant', async () => {
  const lin = harness.mock.store.accounts.byEmail('lin@example.com');
  if (!lin) throw new Error('Lin has no account.');
  lin.disabledAt = Date.now();
  harness.signsInAs('lin@example.com');
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({
    status: 'signedIn',
    account: { email: 'ada@example.com' },
    problem: { code: 'account_disabled' },
  });
  await expect.poll(() => [harness.liveGrants(), harness.liveTokens()]).toEqual([1, 1]);
});

it('keeps an account signed in that is disabled later, and tells the user', async () => {
  const ada = harness.mock.store.accounts.byEmail('ada@example.com');
  if (!ada) throw new Error('Ada has no account.');
  ada.disabledAt = Date.now();
  harness.mock.store.profileChanged(ada);
  await harness.session.refreshProfile();
  expect(harness.view()).toMatchObject({ status: 'signedIn', problem: { code: 'account_disabled' } });
});

it('destroys a token that a resource refused by sign-out at the latest', async () => {
  const network = harness.host.fetch;
  let refusals = 1;
  harness.host.fetch = (input, init) =>
    String(input).endsWith('/v1/profile') && refusals-- > 0
      ? Promise.resolve(Response.json({ code: 401, errno: 100 }, { status: 401 }))
      : network(input, init);
  await harness.session.refreshProfile();
  expect(harness.view()).not.toHaveProperty('problem');
  await harness.session.signOut();
  await expect.poll(() => [harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
});

it('returns no token when another account signs in during a refresh, and destroys the late one', async () => {
  const network = harness.host.fetch;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  let first = true;
  harness.host.skew = 3_590_000;
  harness.host.fetch = async (input, init) => {
    const response = await network(input, init);
    const hold = first && String(input).endsWith('/v1/token');
    if (hold) first = false;
    if (hold) await held;
    return response;
  };
  const token = harness.session.accessToken('profile');
  await expect.poll(() => first).toBe(false);
  harness.signsInAs('lin@example.com');
  await harness.session.signIn();
  answer();
  await expect(token).rejects.toMatchObject({ code: 'account_changed' });
  expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  await expect.poll(() => [harness.liveGrants(), harness.liveTokens()]).toEqual([1, 1]);
});
