// The backup of grants: its contents at every moment, and that no crash loses a grant that was ever recorded.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import { createSession } from '../../src/session/index.ts';
import type { StoredRecord } from '../../src/session/state/record.ts';
import { lossSteps } from './loss-steps.ts';
import { CLIENT, createHarness, SCOPE, type Harness } from './harness.ts';

let world: Harness;
const { named, grant, ids, browserRestarts, lose } = lossSteps(() => world);
beforeEach(async () => {
  world = await createHarness('today');
});
afterEach(async () => {
  world.host.onCall = () => undefined;
  expect(world.host.reports).toEqual([]);
  await world.stop();
});

const settled = () => world.session.runMaintenance();

describe('the backup of grants', () => {
  it('has every grant before the record does, and marks the live session’s', async () => {
    const wrong: string[] = [];
    const { set } = world.host.local;
    world.host.local.set = (key, value) => {
      if (key === 'record') wrong.push(...named(value).filter((id) => !ids().includes(id)));
      return set.call(world.host.local, key, value);
    };
    await world.session.signIn();
    await settled();
    expect(wrong).toEqual([]);
    expect(world.host.backup).toEqual([{ refreshTokenId: grant(), issuer: world.mock.origin, live: true }]);
    world.host.local.set = set;
  });

  it('removes a grant once it is destroyed, not before', async () => {
    await world.session.signIn();
    const id = grant();
    const network = world.host.fetch;
    world.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await world.session.signOut();
    await settled();
    expect(world.host.backup).toEqual([{ refreshTokenId: id, issuer: world.mock.origin }]);
    world.host.fetch = network;
    world.host.skew = 3_600_000;
    await settled();
    expect(world.liveGrants()).toBe(0);
    expect(ids()).toEqual([]);
  });

  it('removes a grant that Mozilla accounts has ended', async () => {
    await world.session.signIn();
    const [{ uid } = { uid: '' }] = world.mock.store.liveGrants();
    world.mock.store.disconnect(uid, CLIENT);
    world.host.memory.delete('tokens');
    await world.session.refreshProfile();
    expect(world.view().status).toBe('needsReauth');
    expect(ids()).toEqual([]);
  });

  it('marks the grant of the newest session when another account replaces it', async () => {
    await world.session.signIn();
    world.signsInAs('lin@example.com');
    await world.session.signIn();
    await settled();
    expect(world.liveGrants()).toBe(1);
    expect(ids()).toEqual([grant()]);
  });

  it('adds the grant of a session from a version without a backup', async () => {
    await world.session.signIn();
    world.host.backup = [];
    await browserRestarts();
    expect(world.host.backup).toEqual([{ refreshTokenId: grant(), issuer: world.mock.origin, live: true }]);
  });

  it('contains no token', async () => {
    await world.session.signIn();
    const text = JSON.stringify(world.host.backup);
    for (const token of world.issued) expect(text).not.toContain(token);
  });

  it('is optional where the browser keeps no databases', async () => {
    world.host.keyless = true;
    await world.session.signIn();
    await settled();
    expect(world.view().status).toBe('signedIn');
    await world.session.signOut();
    await settled();
    expect(world.liveGrants()).toBe(0);
  });
});

describe('death', () => {
  /** Kills the background at each call of a port of a sign-in, and loses the record then. */
  it('leaves no recorded grant alive, at any point of a sign-in', async () => {
    let points = 0;
    for (let point = 0; ; point += 7) {
      let passed = 0;
      const state = { died: false };
      const death = new Promise<void>((resolve) => {
        world.host.onCall = () => {
          if (state.died || passed++ < point) return;
          state.died = true;
          world.kill();
          resolve();
        };
      });
      await Promise.race([death, world.session.signIn()]);
      world.host.onCall = () => undefined;
      if (!state.died) break;
      points++;
      const record = world.host.local.get('record') as StoredRecord | undefined;
      expect(named(record).filter((id) => !ids().includes(id))).toEqual([]);
      const known = ids();
      lose();
      await browserRestarts();
      await browserRestarts();
      await expect
        .poll(() => world.mock.store.liveGrants().filter(({ id }) => known.includes(id)).length)
        .toBe(0);
      lose();
    }
    expect(points).toBeGreaterThan(10);
  });

  it('counts no start of the browser twice', async () => {
    await world.session.signIn();
    lose();
    for (let point = 0; point < 200; point++) {
      world.host.memory.clear();
      let passed = 0;
      const { kill } = world;
      const died = new Promise<void>((resolve) => {
        world.host.onCall = () => {
          if (passed++ !== point) return;
          kill();
          resolve();
        };
      });
      await Promise.race([world.restart(), died]);
      world.host.onCall = () => undefined;
      if ((world.host.backup[0]?.missing?.starts ?? 0) > 0) break;
    }
    const first = world.host.backup[0]?.missing?.starts;
    // The same run of the browser.
    await world.restart();
    expect(first).toBe(1);
    expect(world.host.backup[0]?.missing?.starts).toBe(1);
    expect(world.liveGrants()).toBe(1);
  });
});

it('removes a grant from the backup if it never reached the record and was destroyed', async () => {
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
  await expect.poll(() => [world.liveGrants(), ids()]).toEqual([0, []]);
  kill();
});
