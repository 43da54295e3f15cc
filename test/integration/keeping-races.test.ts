// What is stored when two things happen at once, or when the browser refuses: the last choice counts, and nothing is
// lost.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import { createSession } from '../../src/session/index.ts';
import { holdAt } from './hold.ts';
import { CLIENT, createHarness, SCOPE, type Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness('today');
});
afterEach(() => {
  harness.host.hold = undefined;
  return harness.stop();
});

const grantOf = () => (harness.record().session as { grant?: { sealed?: object } }).grant;
const nothingIsLeft = () => expect.poll(() => [harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);

describe('where secrets are stored', () => {
  it('follows the last choice, even if choices overlap', async () => {
    await harness.session.signIn();
    const held = holdAt(harness, 'memory.set secrets');
    const on = harness.session.setSessionOnly(true);
    await held.reached;
    const off = harness.session.setSessionOnly(false);
    held.release();
    await Promise.all([on, off]);
    expect(harness.view().sessionOnly).toBe('off');
    expect(grantOf()?.sealed).toBeDefined();
    harness.host.memory.clear();
    await harness.restart();
    expect(harness.view().status).toBe('signedIn');
  });

  it('applies to a sign-in that was already sealing its secrets', async () => {
    const held = holdAt(harness, 'fetch /v1/profile');
    const attempt = harness.session.signIn();
    await held.reached;
    await harness.session.setSessionOnly(true);
    held.release();
    await attempt;
    await expect.poll(() => grantOf()?.sealed).toBeUndefined();
    expect(harness.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'chosen' });
    await harness.session.accessToken('profile');
  });

  it('isn’t the disk just because the policy can’t be read once', async () => {
    harness.host.policy = { sessionOnly: true, metricsOff: false };
    await harness.session.signIn();
    harness.host.policy = { sessionOnly: false, metricsOff: false };
    await harness.restart();
    expect(grantOf()?.sealed).toBeUndefined();
  });
});

it('doesn’t show the unreadable record after the reset', async () => {
  harness.host.local.set('record', { version: 'x' });
  const held = holdAt(harness, 'local.set view');
  const late = harness.session.refreshProfile().catch(() => undefined);
  await held.reached;
  const reset = harness.session.reset();
  held.release();
  await Promise.all([late, reset]);
  expect(harness.view()).not.toHaveProperty('problem');
  harness.host.local.set('view', { ...harness.view(), problem: { code: 'storage_corrupt', at: 1 } });
  await harness.session.reset();
  expect(harness.view()).not.toHaveProperty('problem');
});

it('destroys a grant at once if it can’t be recorded', async () => {
  const { ports, kill } = harness.host.start();
  const refused = Object.assign(new Error('full'), { name: 'FxaError', code: 'storage_unavailable' });
  let full = false;
  const local = {
    ...ports.local,
    set: (items: object) => (full ? Promise.reject(refused) : ports.local.set({ ...items })),
  };
  const session = createSession(
    { ...ports, local },
    {
      environment: 'local',
      issuer: harness.mock.origin,
      clientId: CLIENT,
      scope: SCOPE,
      endpoints: mockServerEndpoints(harness.mock.origin),
    },
  );
  const network = harness.host.fetch;
  harness.host.fetch = async (...request) => {
    const response = await network(...request);
    if (String(request[0]).endsWith('/v1/token')) full = true;
    return response;
  };
  await session.signIn().catch(() => undefined);
  await nothingIsLeft();
  // The disk refuses the failure's record: pages see it in memory, and it is written once there is room.
  const failed = { status: 'signedOut', problem: { code: 'storage_unavailable' } };
  expect(harness.host.memory.get('unwritten')).toMatchObject({ view: failed });
  full = false;
  await session.runMaintenance();
  expect(harness.view()).toMatchObject(failed);
  expect(harness.host.memory.get('unwritten')).toBeNull();
  kill();
});

it('doesn’t treat a storage error as an unreadable record', async () => {
  await harness.session.signIn();
  const { get } = harness.host.local;
  harness.host.local.get = (key) => {
    if (key !== 'record') return get.call(harness.host.local, key);
    throw Object.assign(new Error('refused'), { name: 'FxaError', code: 'storage_unavailable' });
  };
  await expect(harness.session.signOut()).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(harness.view().status).toBe('signedIn');
  harness.host.local.get = get;
});

it('leaves no secrets behind when signing out while they are moved', async () => {
  await harness.session.signIn();
  const held = holdAt(harness, 'memory.set secrets');
  const move = harness.session.setSessionOnly(true);
  await held.reached;
  const out = harness.session.signOut();
  await expect.poll(() => harness.view().status).toBe('signedOut');
  held.release();
  await Promise.all([move, out]);
  await expect.poll(() => harness.host.memory.get('secrets')).toEqual({});
});
