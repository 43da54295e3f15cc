// The backup of grants: its contents at every moment, and that no crash loses a grant that was ever recorded.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockServerEndpoints } from '../../src/fxa/environments.ts';
import { createSession } from '../../src/session/index.ts';
import type { StoredRecord } from '../../src/session/state/record.ts';
import { lossSteps } from './loss-steps.ts';
import { CLIENT, createHarness, SCOPE, type Harness } from './harness.ts';

let harness: Harness;
const { named, grant, ids, browserRestarts, lose } = lossSteps(() => harness);
beforeEach(async () => {
  harness = await createHarness('today');
});
afterEach(async () => {
  harness.host.onCall = () => undefined;
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

const settled = () => harness.session.runMaintenance();

describe('the backup of grants', () => {
  it('has every grant before the record does, and marks the live session’s', async () => {
    const wrong: string[] = [];
    const { set } = harness.host.local;
    harness.host.local.set = (key, value) => {
      if (key === 'record') wrong.push(...named(value).filter((id) => !ids().includes(id)));
      return set.call(harness.host.local, key, value);
    };
    await harness.session.signIn();
    await settled();
    expect(wrong).toEqual([]);
    expect(harness.host.backup).toEqual([
      { refreshTokenId: grant(), issuer: harness.mock.origin, live: true },
    ]);
    harness.host.local.set = set;
  });

  it('removes a grant once it is destroyed, not before', async () => {
    await harness.session.signIn();
    const id = grant();
    const network = harness.host.fetch;
    harness.host.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    await harness.session.signOut();
    await settled();
    expect(harness.host.backup).toEqual([{ refreshTokenId: id, issuer: harness.mock.origin }]);
    harness.host.fetch = network;
    harness.host.skew = 3_600_000;
    await settled();
    expect(harness.liveGrants()).toBe(0);
    expect(ids()).toEqual([]);
  });

  it('removes a grant that Mozilla accounts has ended', async () => {
    await harness.session.signIn();
    const [{ uid } = { uid: '' }] = harness.mock.store.liveGrants();
    harness.mock.store.disconnect(uid, CLIENT);
    harness.host.memory.delete('tokens');
    await harness.session.refreshProfile();
    expect(harness.view().status).toBe('needsReauth');
    expect(ids()).toEqual([]);
  });

  it('marks the grant of the newest session when another account replaces it', async () => {
    await harness.session.signIn();
    harness.signsInAs('lin@example.com');
    await harness.session.signIn();
    await settled();
    expect(harness.liveGrants()).toBe(1);
    expect(ids()).toEqual([grant()]);
  });

  it('adds the grant of a session from a version without a backup', async () => {
    await harness.session.signIn();
    harness.host.backup = [];
    await browserRestarts();
    expect(harness.host.backup).toEqual([
      { refreshTokenId: grant(), issuer: harness.mock.origin, live: true },
    ]);
  });

  it('contains no token', async () => {
    await harness.session.signIn();
    const text = JSON.stringify(harness.host.backup);
    for (const token of harness.issued) expect(text).not.toContain(token);
  });

  it('is optional where the browser keeps no databases', async () => {
    harness.host.keyless = true;
    await harness.session.signIn();
    await settled();
    expect(harness.view().status).toBe('signedIn');
    await harness.session.signOut();
    await settled();
    expect(harness.liveGrants()).toBe(0);
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
        harness.host.onCall = () => {
          if (state.died || passed++ < point) return;
          state.died = true;
          harness.kill();
          resolve();
        };
      });
      await Promise.race([death, harness.session.signIn()]);
      harness.host.onCall = () => undefined;
      if (!state.died) break;
      points++;
      const record = harness.host.local.get('record') as StoredRecord | undefined;
      expect(named(record).filter((id) => !ids().includes(id))).toEqual([]);
      const known = ids();
      lose();
      await browserRestarts();
      await browserRestarts();
      await expect
        .poll(() => harness.mock.store.liveGrants().filter(({ id }) => known.includes(id)).length)
        .toBe(0);
      lose();
    }
    expect(points).toBeGreaterThan(10);
  });

  it('counts no start of the browser twice', async () => {
    await harness.session.signIn();
    lose();
    for (let point = 0; point < 200; point++) {
      harness.host.memory.clear();
      let passed = 0;
      const { kill } = harness;
      const died = new Promise<void>((resolve) => {
        harness.host.onCall = () => {
          if (passed++ !== point) return;
          kill();
          resolve();
        };
      });
      await Promise.race([harness.restart(), died]);
      harness.host.onCall = () => undefined;
      if ((harness.host.backup[0]?.missing?.starts ?? 0) > 0) break;
    }
    const first = harness.host.backup[0]?.missing?.starts;
    // The same run of the browser.
    await harness.restart();
    expect(first).toBe(1);
    expect(harness.host.backup[0]?.missing?.starts).toBe(1);
    expect(harness.liveGrants()).toBe(1);
  });
});

it('removes a grant from the backup if it never reached the record and was destroyed', async () => {
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
  await expect.poll(() => [harness.liveGrants(), ids()]).toEqual([0, []]);
  kill();
});
