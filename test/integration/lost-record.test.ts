// The browser loses `storage.local` but keeps its databases: the user is told, and the grant is destroyed. But a
// missing record may reappear, so nothing is destroyed at the first start.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdAt } from './hold.ts';
import { lossSteps } from './loss-steps.ts';
import { createHarness, type Harness } from './harness.ts';

let world: Harness;
const { named, grant, ids, browserRestarts, lose, restore } = lossSteps(() => world);
beforeEach(async () => {
  world = await createHarness('today');
});
afterEach(async () => {
  world.host.hold = undefined;
  world.host.onCall = () => undefined;
  expect(world.host.reports).toEqual([]);
  await world.stop();
});

const settled = () => world.session.runMaintenance();

async function isToldOfTheLoss(): Promise<void> {
  expect(world.view()).toMatchObject({
    status: 'signedOut',
    endReason: { code: 'signed_out', reason: 'record_lost' },
  });
  await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'signed_out' });
}

describe('a lost record', () => {
  beforeEach(async () => {
    await world.session.signIn();
    await settled();
    expect(world.liveGrants()).toBe(1);
  });

  it('is reported at every start with the same time', async () => {
    lose();
    await browserRestarts();
    await isToldOfTheLoss();
    const { at } = world.view().endReason ?? {};
    expect(world.view().metrics.on).toBe(false);
    world.host.skew = 3_600_000;
    await browserRestarts();
    await isToldOfTheLoss();
    expect(world.view().endReason?.at).toBe(at);
    expect(world.record().journal).toMatchObject([{ from: 'signedIn', to: 'signedOut', why: 'record_lost' }]);
  });

  it('has its grant destroyed at the browser’s second start, not the first', async () => {
    lose();
    await browserRestarts();
    // More starts of the background don't count.
    for (let start = 0; start < 5; start++) await world.restart();
    expect(world.liveGrants()).toBe(1);
    // A record that may reappear isn't overwritten.
    expect(world.host.local.has('record')).toBe(false);
    await browserRestarts();
    await expect.poll(world.liveGrants).toBe(0);
    await expect.poll(ids).toEqual([]);
    expect(world.record().outbox).toEqual([]);
  });

  it('is used again if it reappears', async () => {
    const was = lose();
    await browserRestarts();
    await isToldOfTheLoss();
    restore(was);
    await browserRestarts();
    expect(world.view().status).toBe('signedIn');
    await expect(world.session.accessToken('profile')).resolves.toBeTruthy();
    // It wasn't missing twice in a row.
    const again = lose();
    await browserRestarts();
    restore(again);
    await browserRestarts();
    expect(world.view().status).toBe('signedIn');
    expect(world.liveGrants()).toBe(1);
    expect(world.host.backup).toEqual([{ refreshTokenId: grant(), issuer: world.mock.origin, live: true }]);
  });

  it('keeps its grant if it reappears during the second start', async () => {
    const was = lose();
    await browserRestarts();
    const id = named(was.get('record'))[0];
    const held = holdAt(world, 'grantBackup.change', 1);
    const restarting = browserRestarts();
    await held.reached;
    restore(was);
    held.release();
    await restarting;
    await settled();
    expect(world.record().outbox.map(({ refreshTokenId }) => refreshTokenId)).not.toContain(id);
    expect(world.liveGrants()).toBe(1);
  });

  it('keeps its grant while storage only fails, however often', async () => {
    const was = lose();
    await browserRestarts();
    const { get } = world.host.local;
    world.host.local.get = () => {
      throw Object.assign(new Error('refused'), { name: 'FxaError', code: 'storage_unavailable' });
    };
    for (let start = 0; start < 4; start++) {
      await expect(browserRestarts()).rejects.toMatchObject({ code: 'storage_unavailable' });
    }
    expect(world.liveGrants()).toBe(1);
    world.host.local.get = get;
    restore(was);
    await browserRestarts();
    expect(world.view().status).toBe('signedIn');
    expect(world.liveGrants()).toBe(1);
  });

  it.each([
    ['corrupt', { version: 3, session: 'scrambled' }],
    ['of a later version', { version: 99 }],
  ])('keeps its grant if it is %s, until the user resets it', async (_how, record) => {
    lose();
    world.host.local.set('record', record);
    for (let start = 0; start < 4; start++) await expect(browserRestarts()).rejects.toThrow();
    expect(world.liveGrants()).toBe(1);
    await world.session.reset();
    // This record names no grants.
    await expect.poll(world.liveGrants).toBe(0);
    await expect.poll(ids).toEqual([]);
  });

  it('doesn’t affect a sign-in made in between', async () => {
    lose();
    await browserRestarts();
    await world.session.signIn();
    await settled();
    expect(world.liveGrants()).toBe(2);
    const mine = grant();
    for (let start = 0; start < 3; start++) await browserRestarts();
    expect(world.view().status).toBe('signedIn');
    await expect.poll(world.liveGrants).toBe(1);
    expect(named()).toEqual([mine]);
    await expect.poll(ids).toEqual([mine]);
    await expect(world.session.accessToken('profile')).resolves.toBeTruthy();
  });

  it('isn’t reported if it only had a grant to destroy, which is still destroyed', async () => {
    const network = world.host.fetch;
    world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await world.session.signOut();
    await settled();
    lose();
    await browserRestarts();
    expect(world.view()).toMatchObject({ status: 'signedOut' });
    expect(world.view()).not.toHaveProperty('endReason');
    world.host.fetch = network;
    await browserRestarts();
    await expect.poll(world.liveGrants).toBe(0);
  });

  it('leaves a grant of another server to a build that can destroy it', async () => {
    const elsewhere = 'https://elsewhere.example';
    world.host.backup = world.host.backup.map((one) => ({ ...one, issuer: elsewhere }));
    lose();
    const asked: string[] = [];
    const network = world.host.fetch;
    world.host.fetch = (...request) => {
      asked.push(String(request[0]));
      return network(...request);
    };
    for (let start = 0; start < 3; start++) await browserRestarts();
    expect(world.record().outbox).toMatchObject([{ issuer: elsewhere, attempts: 0 }]);
    expect(world.host.backup).toMatchObject([{ issuer: elsewhere }]);
    expect(asked.filter((url) => url.includes('destroy'))).toEqual([]);
    expect(world.liveGrants()).toBe(1);
  });
});

it('reports nothing at the very first start', async () => {
  await browserRestarts();
  await browserRestarts();
  expect(world.view()).toMatchObject({ status: 'signedOut' });
  expect(world.view()).not.toHaveProperty('endReason');
  expect(world.host.local.has('record')).toBe(false);
});
