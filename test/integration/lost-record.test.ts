// The browser loses `storage.local` but keeps its databases: the user is told, and the grant is destroyed. But a
// missing record may reappear, so nothing is destroyed at the first start.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdAt } from './hold.ts';
import { lossSteps } from './loss-steps.ts';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
const { named, grant, ids, browserRestarts, lose, restore } = lossSteps(() => harness);
beforeEach(async () => {
  harness = await createHarness('today');
});
afterEach(async () => {
  harness.host.hold = undefined;
  harness.host.onCall = () => undefined;
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

const settled = () => harness.session.runMaintenance();

async function isToldOfTheLoss(): Promise<void> {
  expect(harness.view()).toMatchObject({
    status: 'signedOut',
    endReason: { code: 'signed_out', reason: 'record_lost' },
  });
  await expect(harness.session.accessToken('profile')).rejects.toMatchObject({ code: 'signed_out' });
}

describe('a lost record', () => {
  beforeEach(async () => {
    await harness.session.signIn();
    await settled();
    expect(harness.liveGrants()).toBe(1);
  });

  it('is reported at every start with the same time', async () => {
    lose();
    await browserRestarts();
    await isToldOfTheLoss();
    const { at } = harness.view().endReason ?? {};
    expect(harness.view().metrics.on).toBe(false);
    harness.host.skew = 3_600_000;
    await browserRestarts();
    await isToldOfTheLoss();
    expect(harness.view().endReason?.at).toBe(at);
    expect(harness.record().journal).toMatchObject([
      { from: 'signedIn', to: 'signedOut', why: 'record_lost' },
    ]);
  });

  it('has its grant destroyed at the browser’s second start, not the first', async () => {
    lose();
    await browserRestarts();
    // More starts of the background don't count.
    for (let start = 0; start < 5; start++) await harness.restart();
    expect(harness.liveGrants()).toBe(1);
    // A record that may reappear isn't overwritten.
    expect(harness.host.local.has('record')).toBe(false);
    await browserRestarts();
    await expect.poll(harness.liveGrants).toBe(0);
    await expect.poll(ids).toEqual([]);
    expect(harness.record().outbox).toEqual([]);
  });

  it('is used again if it reappears', async () => {
    const was = lose();
    await browserRestarts();
    await isToldOfTheLoss();
    restore(was);
    await browserRestarts();
    expect(harness.view().status).toBe('signedIn');
    await expect(harness.session.accessToken('profile')).resolves.toBeTruthy();
    // It wasn't missing twice in a row.
    const again = lose();
    await browserRestarts();
    restore(again);
    await browserRestarts();
    expect(harness.view().status).toBe('signedIn');
    expect(harness.liveGrants()).toBe(1);
    expect(harness.host.backup).toEqual([
      { refreshTokenId: grant(), issuer: harness.mock.origin, live: true },
    ]);
  });

  it('keeps its grant if it reappears during the second start', async () => {
    const was = lose();
    await browserRestarts();
    const id = named(was.get('record'))[0];
    const held = holdAt(harness, 'grantBackup.change', 1);
    const restarting = browserRestarts();
    await held.reached;
    restore(was);
    held.release();
    await restarting;
    await settled();
    expect(harness.record().outbox.map(({ refreshTokenId }) => refreshTokenId)).not.toContain(id);
    expect(harness.liveGrants()).toBe(1);
  });

  it('keeps its grant while storage only fails, however often', async () => {
    const was = lose();
    await browserRestarts();
    const { get } = harness.host.local;
    harness.host.local.get = () => {
      throw Object.assign(new Error('refused'), { name: 'FxaError', code: 'storage_unavailable' });
    };
    for (let start = 0; start < 4; start++) {
      await expect(browserRestarts()).rejects.toMatchObject({ code: 'storage_unavailable' });
    }
    expect(harness.liveGrants()).toBe(1);
    harness.host.local.get = get;
    restore(was);
    await browserRestarts();
    expect(harness.view().status).toBe('signedIn');
    expect(harness.liveGrants()).toBe(1);
  });

  it.each([
    ['corrupt', { version: 3, session: 'scrambled' }],
    ['of a later version', { version: 99 }],
  ])('keeps its grant if it is %s, until the user resets it', async (_how, record) => {
    lose();
    harness.host.local.set('record', record);
    for (let start = 0; start < 4; start++) await expect(browserRestarts()).rejects.toThrow();
    expect(harness.liveGrants()).toBe(1);
    await harness.session.reset();
    // This record names no grants.
    await expect.poll(harness.liveGrants).toBe(0);
    await expect.poll(ids).toEqual([]);
  });

  it('doesn’t affect a sign-in made in between', async () => {
    lose();
    await browserRestarts();
    await harness.session.signIn();
    await settled();
    expect(harness.liveGrants()).toBe(2);
    const mine = grant();
    for (let start = 0; start < 3; start++) await browserRestarts();
    expect(harness.view().status).toBe('signedIn');
    await expect.poll(harness.liveGrants).toBe(1);
    expect(named()).toEqual([mine]);
    await expect.poll(ids).toEqual([mine]);
    await expect(harness.session.accessToken('profile')).resolves.toBeTruthy();
  });

  it('isn’t reported if it only had a grant to destroy, which is still destroyed', async () => {
    const network = harness.host.fetch;
    harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await harness.session.signOut();
    await settled();
    lose();
    await browserRestarts();
    expect(harness.view()).toMatchObject({ status: 'signedOut' });
    expect(harness.view()).not.toHaveProperty('endReason');
    harness.host.fetch = network;
    await browserRestarts();
    await expect.poll(harness.liveGrants).toBe(0);
  });

  it('leaves a grant of another server to a build that can destroy it', async () => {
    const elsewhere = 'https://elsewhere.example';
    harness.host.backup = harness.host.backup.map((one) => ({ ...one, issuer: elsewhere }));
    lose();
    const asked: string[] = [];
    const network = harness.host.fetch;
    harness.host.fetch = (...request) => {
      asked.push(String(request[0]));
      return network(...request);
    };
    for (let start = 0; start < 3; start++) await browserRestarts();
    expect(harness.record().outbox).toMatchObject([{ issuer: elsewhere, attempts: 0 }]);
    expect(harness.host.backup).toMatchObject([{ issuer: elsewhere }]);
    expect(asked.filter((url) => url.includes('destroy'))).toEqual([]);
    expect(harness.liveGrants()).toBe(1);
  });
});

it('reports nothing at the very first start', async () => {
  await browserRestarts();
  await browserRestarts();
  expect(harness.view()).toMatchObject({ status: 'signedOut' });
  expect(harness.view()).not.toHaveProperty('endReason');
  expect(harness.host.local.has('record')).toBe(false);
});
