// The browser loses what `storage.local` had, while its databases are whole: the person is told, and the grant does not live on
// for ever. But what is missing once may be found again, so nothing is destroyed in a hurry.
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
    ended: { code: 'signed_out', reason: 'record_lost' },
  });
  await expect(world.session.accessToken('profile')).rejects.toMatchObject({ code: 'signed_out' });
}

describe('a record that is lost', () => {
  beforeEach(async () => {
    await world.session.signIn();
    await settled();
    expect(world.liveGrants()).toBe(1);
  });

  it('is said, at every start with the same instant, and is no new beginning', async () => {
    lose();
    await browserRestarts();
    await isToldOfTheLoss();
    const { at } = world.view().ended ?? {};
    expect(world.view().metrics.on).toBe(false);
    world.host.skew = 3_600_000;
    await browserRestarts();
    await isToldOfTheLoss();
    expect(world.view().ended?.at).toBe(at);
    expect(world.record().journal).toMatchObject([{ from: 'signedIn', to: 'signedOut', why: 'record_lost' }]);
  });

  it('has its grant destroyed at the second start of the browser, not at the first', async () => {
    lose();
    await browserRestarts();
    // The background may start as often as it likes.
    for (let start = 0; start < 5; start++) await world.restart();
    expect(world.liveGrants()).toBe(1);
    // What may be found again is not written over.
    expect(world.host.local.has('record')).toBe(false);
    await browserRestarts();
    await expect.poll(world.liveGrants).toBe(0);
    await expect.poll(ids).toEqual([]);
    expect(world.record().outbox).toEqual([]);
  });

  it('goes on as if nothing had happened when it is found again', async () => {
    const was = lose();
    await browserRestarts();
    await isToldOfTheLoss();
    restore(was);
    await browserRestarts();
    expect(world.view().status).toBe('signedIn');
    await expect(world.session.accessToken('profile')).resolves.toBeTruthy();
    // It was not missing twice in a row.
    const again = lose();
    await browserRestarts();
    restore(again);
    await browserRestarts();
    expect(world.view().status).toBe('signedIn');
    expect(world.liveGrants()).toBe(1);
    expect(world.host.backup).toEqual([
      { refreshTokenId: grant(), issuer: world.standin.origin, live: true },
    ]);
  });

  it('is not destroyed where it comes back in the very moment of the second start', async () => {
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

  it('and a storage that refuses destroys nothing, however often', async () => {
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
    ['corrupt', { version: 2, session: 'scrambled' }],
    ['of a later version', { version: 99 }],
  ])('and one that is %s destroys nothing, until the person says Reset', async (_how, record) => {
    lose();
    world.host.local.set('record', record);
    for (let start = 0; start < 4; start++) await expect(browserRestarts()).rejects.toThrow();
    expect(world.liveGrants()).toBe(1);
    await world.session.reset();
    // Of this record nothing is legible.
    await expect.poll(world.liveGrants).toBe(0);
    await expect.poll(ids).toEqual([]);
  });

  it('does not take the sign-in along that came in between', async () => {
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

  it('is not said where there was only a grant that waited to be destroyed, which is destroyed all the same', async () => {
    const network = world.host.fetch;
    world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await world.session.signOut();
    await settled();
    lose();
    await browserRestarts();
    expect(world.view()).toMatchObject({ status: 'signedOut' });
    expect(world.view()).not.toHaveProperty('ended');
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

it('a first start, where nobody was ever signed in, says nothing', async () => {
  await browserRestarts();
  await browserRestarts();
  expect(world.view()).toMatchObject({ status: 'signedOut' });
  expect(world.view()).not.toHaveProperty('ended');
  expect(world.host.local.has('record')).toBe(false);
});
