// What is stored when two things happen at once, or when the browser refuses: the last choice counts, and nothing is
// lost.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import { createSession } from '../../src/session/index.ts';
import { holdAt } from './hold.ts';
import { CLIENT, createHarness, SCOPE, type Harness } from './harness.ts';

let world: Harness;
beforeEach(async () => {
  world = await createHarness('today');
});
afterEach(() => {
  world.host.hold = undefined;
  return world.stop();
});

const grantOf = () => (world.record().session as { grant?: { sealed?: object } }).grant;
const nothingIsLeft = () => expect.poll(() => [world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);

describe('where secrets are stored', () => {
  it('follows the last choice, even if choices overlap', async () => {
    await world.session.signIn();
    const held = holdAt(world, 'memory.set secrets');
    const on = world.session.setSessionOnly(true);
    await held.reached;
    const off = world.session.setSessionOnly(false);
    held.release();
    await Promise.all([on, off]);
    expect(world.view().sessionOnly).toBe('off');
    expect(grantOf()?.sealed).toBeDefined();
    world.host.memory.clear();
    await world.restart();
    expect(world.view().status).toBe('signedIn');
  });

  it('applies to a sign-in that was already sealing its secrets', async () => {
    const held = holdAt(world, 'fetch /v1/profile');
    const attempt = world.session.signIn();
    await held.reached;
    await world.session.setSessionOnly(true);
    held.release();
    await attempt;
    await expect.poll(() => grantOf()?.sealed).toBeUndefined();
    expect(world.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'chosen' });
    await world.session.accessToken('profile');
  });

  it('isn’t the disk just because the policy can’t be read once', async () => {
    world.host.policy = { sessionOnly: true, metricsOff: false };
    await world.session.signIn();
    world.host.policy = { sessionOnly: false, metricsOff: false };
    await world.restart();
    expect(grantOf()?.sealed).toBeUndefined();
  });
});

it('doesn’t show the unreadable record after the reset', async () => {
  world.host.local.set('record', { version: 'x' });
  const held = holdAt(world, 'local.set view');
  const late = world.session.refreshProfile().catch(() => undefined);
  await held.reached;
  const reset = world.session.reset();
  held.release();
  await Promise.all([late, reset]);
  expect(world.view()).not.toHaveProperty('problem');
  world.host.local.set('view', { ...world.view(), problem: { code: 'storage_corrupt', at: 1 } });
  await world.session.reset();
  expect(world.view()).not.toHaveProperty('problem');
});

it('destroys a grant at once if it can’t be recorded', async () => {
  const { ports, kill } = world.host.start();
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
      issuer: world.mock.origin,
      clientId: CLIENT,
      scope: SCOPE,
      endpoints: mockServerEndpoints(world.mock.origin),
    },
  );
  const network = world.host.fetch;
  world.host.fetch = async (...request) => {
    const response = await network(...request);
    if (String(request[0]).endsWith('/v1/token')) full = true;
    return response;
  };
  await session.signIn().catch(() => undefined);
  await nothingIsLeft();
  // The disk refuses the failure's record: pages see it in memory, and it is written once there is room.
  const failed = { status: 'signedOut', problem: { code: 'storage_unavailable' } };
  expect(world.host.memory.get('unwritten')).toMatchObject({ view: failed });
  full = false;
  await session.runMaintenance();
  expect(world.view()).toMatchObject(failed);
  expect(world.host.memory.get('unwritten')).toBeNull();
  kill();
});

it('doesn’t treat a storage error as an unreadable record', async () => {
  await world.session.signIn();
  const { get } = world.host.local;
  world.host.local.get = (key) => {
    if (key !== 'record') return get.call(world.host.local, key);
    throw Object.assign(new Error('refused'), { name: 'FxaError', code: 'storage_unavailable' });
  };
  await expect(world.session.signOut()).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(world.view().status).toBe('signedIn');
  world.host.local.get = get;
});

it('leaves no secrets behind when signing out while they are moved', async () => {
  await world.session.signIn();
  const held = holdAt(world, 'memory.set secrets');
  const move = world.session.setSessionOnly(true);
  await held.reached;
  const out = world.session.signOut();
  await expect.poll(() => world.view().status).toBe('signedOut');
  held.release();
  await Promise.all([move, out]);
  await expect.poll(() => world.host.memory.get('secrets')).toEqual({});
});
