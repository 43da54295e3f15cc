// How sessions end, and what is left to do then: late tokens, lost keys, foreign records, a server that asks for a
// pause.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CLIENT, createHarness, type Harness } from './harness.ts';

let world: Harness;
beforeEach(async () => {
  world = await createHarness('today');
  await world.session.signIn();
  expect(world.view().status).toBe('signedIn');
});
afterEach(() => world.stop());

it('destroys a token that arrives after sign-out, unused', async () => {
  const network = world.host.fetch;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  world.host.skew = 3_590_000;
  world.host.fetch = async (input, init) => {
    const response = await network(input, init);
    if (String(input).endsWith('/v1/token')) await held;
    return response;
  };
  const token = world.session.accessToken('profile');
  await expect.poll(world.liveTokens).toBe(2);
  await world.session.signOut();
  answer();
  await expect(token).rejects.toMatchObject({ code: 'signed_out' });
  await expect.poll(() => [world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('destroys the grant of a sign-out made during a pass over the outbox', async () => {
  const pass = world.session.refreshProfile();
  await world.session.signOut();
  await pass;
  await expect.poll(() => [world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('waits when a server asks for a pause, for grants and tokens', async () => {
  const network = world.host.fetch;
  const busy = vi.fn<typeof fetch>(() =>
    Promise.resolve(
      Response.json({ code: 429, errno: 114 }, { status: 429, headers: { 'retry-after': '1800' } }),
    ),
  );
  world.host.fetch = busy;
  await world.session.signOut();
  await world.session.drainOutbox();
  const asked = busy.mock.calls.length;
  expect(world.host.alarms.get('fxa:outbox')).toBeGreaterThan(Date.now() + 1_700_000);
  world.host.skew = 300_000;
  await world.session.drainOutbox();
  expect(busy).toHaveBeenCalledTimes(asked);

  world.host.fetch = network;
  world.host.skew = 2_400_000;
  await world.session.drainOutbox();
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('doesn’t postpone a revocation for years because the clock was far ahead', async () => {
  const network = world.host.fetch;
  world.host.skew = 3 * 365 * 86_400_000;
  world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  await world.session.signOut();
  await world.session.drainOutbox();
  world.host.skew = 0;
  world.host.fetch = network;
  await world.session.drainOutbox();
  expect(world.liveGrants()).toBe(0);
});

it('ends the session with a reason when the sealing key is lost, and destroys the grant by its id', async () => {
  world.host.memory.clear();
  const record = structuredClone(world.record()) as unknown as { session: { grant: { sealed: object } } };
  record.session.grant.sealed = { refreshToken: 'unreadable' };
  world.host.local.set('record', record);
  await world.restart();
  await world.session.refreshProfile();
  expect(world.view()).toMatchObject({
    status: 'signedOut',
    endReason: { code: 'signed_out', reason: 'key_lost' },
  });
  expect(world.record().journal.at(-1)?.why).toBe('key_lost');
  await expect.poll(world.liveGrants).toBe(0);
});

it('starts signed out in a build with another client id, and destroys the former grant', async () => {
  world.host.local.set('record', { ...world.record(), deployment: `${world.mock.origin} other` });
  await world.restart();
  expect(world.view()).toMatchObject({ status: 'signedOut', endReason: { reason: 'environment_changed' } });
  expect(world.record().journal.at(-1)?.why).toBe('environment_changed');
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('starts signed out in a build for another server, and keeps the grant’s id for a build that can destroy it', async () => {
  const { deployment } = world.record();
  world.host.local.set('record', { ...world.record(), deployment: `https://elsewhere.example ${CLIENT}` });
  await world.restart();
  expect(world.view()).toMatchObject({ status: 'signedOut' });
  expect(world.record()).toMatchObject({
    deployment,
    outbox: [{ issuer: 'https://elsewhere.example', attempts: 0 }],
  });
});

it('leaves a record of a newer version alone and reports it, until it can be read again', async () => {
  const record = world.record();
  const future = { version: 4, somethingElse: true };
  world.host.local.set('record', future);
  await expect(world.session.signIn()).rejects.toMatchObject({ code: 'storage_newer' });
  await expect(world.restart()).rejects.toMatchObject({ code: 'storage_newer' });
  expect(world.host.local.get('record')).toEqual(future);
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'storage_newer' } });

  world.host.local.set('record', record);
  await world.restart();
  expect(world.view()).toMatchObject({ status: 'signedIn' });
});

it('refuses to sign in a disabled account, and destroys its grant', async () => {
  const lin = world.mock.store.accounts.byEmail('lin@example.com');
  if (!lin) throw new Error('Lin has no account.');
  lin.disabledAt = Date.now();
  world.signsInAs('lin@example.com');
  await world.session.signIn();
  expect(world.view()).toMatchObject({
    status: 'signedIn',
    account: { email: 'ada@example.com' },
    problem: { code: 'account_disabled' },
  });
  await expect.poll(() => [world.liveGrants(), world.liveTokens()]).toEqual([1, 1]);
});

it('keeps an account signed in that is disabled later, and tells the user', async () => {
  const ada = world.mock.store.accounts.byEmail('ada@example.com');
  if (!ada) throw new Error('Ada has no account.');
  ada.disabledAt = Date.now();
  world.mock.store.profileChanged(ada);
  await world.session.refreshProfile();
  expect(world.view()).toMatchObject({ status: 'signedIn', problem: { code: 'account_disabled' } });
});

it('destroys a token that a resource refused by sign-out at the latest', async () => {
  const network = world.host.fetch;
  let refusals = 1;
  world.host.fetch = (input, init) =>
    String(input).endsWith('/v1/profile') && refusals-- > 0
      ? Promise.resolve(Response.json({ code: 401, errno: 100 }, { status: 401 }))
      : network(input, init);
  await world.session.refreshProfile();
  expect(world.view()).not.toHaveProperty('problem');
  await world.session.signOut();
  await expect.poll(() => [world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('returns no token when another account signs in during a refresh, and destroys the late one', async () => {
  const network = world.host.fetch;
  let answer = () => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  let first = true;
  world.host.skew = 3_590_000;
  world.host.fetch = async (input, init) => {
    const response = await network(input, init);
    const hold = first && String(input).endsWith('/v1/token');
    if (hold) first = false;
    if (hold) await held;
    return response;
  };
  const token = world.session.accessToken('profile');
  await expect.poll(() => first).toBe(false);
  world.signsInAs('lin@example.com');
  await world.session.signIn();
  answer();
  await expect(token).rejects.toMatchObject({ code: 'account_changed' });
  expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  await expect.poll(() => [world.liveGrants(), world.liveTokens()]).toEqual([1, 1]);
});
