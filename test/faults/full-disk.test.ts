// The disk fills up at any write: what the user ended stays ended, and a failure is shown even though nothing can be
// written.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FxaError } from '../../src/fxa/errors.ts';
import type { View } from '../../src/session/state/view.ts';
import { simulatedUser } from './simulated-user.ts';
import { brokenInvariants } from './invariants.ts';
import { ada, ADA } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

let world: FaultHarness;
beforeEach(() => {
  world = createFaultHarness();
});
afterEach(() => {
  expect(brokenInvariants(world)).toEqual([]);
  world.stop();
});

const done = <T>(work: Promise<T>) => world.time.until(work, 'the work');
const refused = () => new FxaError('storage_unavailable', 'The browser refuses its storage.');

/** What pages show: the unsaved view comes before the stored one. */
function shown(): View {
  const view = (world.host.memory.get('unwritten') as { view?: View } | undefined)?.view ?? world.view();
  if (!view) throw new Error('There is no view.');
  return view;
}

/** `storage.local` refuses every write from now on, or after `writes` more. */
function fillDisk(writes = 0): void {
  let left = writes;
  world.host.refuse = (call) => {
    if (call.startsWith('local.set') && left-- <= 0) throw refused();
  };
}
function freeDisk(): void {
  world.host.refuse = () => undefined;
}

/** A sign-in whose window is open. */
async function windowOpen(): Promise<{ attempt: Promise<void> }> {
  world.host.simulatedUser = () => new Promise(() => undefined);
  const attempt = world.session.signIn();
  attempt.catch(() => undefined);
  await world.time.quiet();
  expect([shown().status, world.host.windows.open.length]).toEqual(['signingIn', 1]);
  return { attempt };
}

describe('while the sign-in window is open', () => {
  it('a sign-in that cannot be written down is told as failed, and leaves no grant', async () => {
    let come = () => {};
    const ready = new Promise<void>((resolve) => (come = resolve));
    world.host.simulatedUser = (url) => ready.then(() => simulatedUser(world.mock, ADA)(url));
    const attempt = world.session.signIn();
    await world.time.quiet();
    fillDisk();
    come();
    await done(attempt);
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'storage_unavailable' } });
    expect(world.mock.store.liveGrants()).toHaveLength(0);
  });

  it('Cancel closes the window and is told', async () => {
    const { attempt } = await windowOpen();
    fillDisk();
    await done(world.session.cancelSignIn());
    await done(attempt);
    expect(world.host.windows.open).toEqual([]);
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' }, unsaved: true });
  });

  it('closing the window is told', async () => {
    const { attempt } = await windowOpen();
    fillDisk();
    world.host.closeWindow(world.host.windows.open[0] ?? 0);
    await done(attempt);
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
  });

  it('the death of the background is told', async () => {
    await windowOpen();
    fillDisk();
    await done(world.restart().catch(() => undefined));
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  });

  it('Cancel closes the window where not even a read is answered, and says so', async () => {
    const { attempt } = await windowOpen();
    world.host.refuse = (call) => {
      if (call.startsWith('local.')) throw refused();
    };
    await expect(done(world.session.cancelSignIn())).rejects.toMatchObject({ code: 'storage_unavailable' });
    await done(attempt.catch(() => undefined));
    expect(world.host.windows.open).toEqual([]);
    freeDisk();
  });

  it('Cancel says so where memory takes nothing either', async () => {
    const { attempt } = await windowOpen();
    world.host.refuse = (call) => {
      if (/^local\.set|^memory\.set unwritten/.test(call)) throw refused();
    };
    await expect(done(world.session.cancelSignIn())).rejects.toMatchObject({ code: 'storage_unavailable' });
    await done(attempt.catch(() => undefined));
    expect(world.host.windows.open).toEqual([]);
    freeDisk();
  });
});

describe('while signed in', () => {
  beforeEach(async () => {
    await done(world.session.signIn());
    expect(shown().status).toBe('signedIn');
  });

  it.each([0, 1, 2])('Sign out ends the grant, with %d writes left', async (writes) => {
    fillDisk(writes);
    await done(world.session.signOut());
    await world.time.quiet();
    expect(shown().status).toBe('signedOut');
    expect(world.mock.store.liveGrants()).toHaveLength(0);
    await world.time.quiet();
    expect(world.mock.store.liveAccessTokens()).toHaveLength(0);
    await expect(done(world.session.accessToken('profile'))).rejects.toMatchObject({ code: 'signed_out' });
  });

  it('says that this could not be saved, until it is', async () => {
    fillDisk();
    await done(world.session.signOut());
    await world.time.quiet();
    expect(shown().unsaved).toBe(true);
    expect(world.record()?.session.status).toBe('signedIn');
    await done(world.restart().catch(() => undefined));
    expect(shown()).toMatchObject({ status: 'signedOut', unsaved: true });

    freeDisk();
    await done(world.session.runMaintenance());
    expect(world.record()).toMatchObject({ session: { status: 'signedOut' }, outbox: [] });
    expect([shown().unsaved, world.host.memory.get('unwritten') ?? null]).toEqual([undefined, null]);
  });

  it('an open popup has it saved as soon as the browser takes it', async () => {
    fillDisk();
    await done(world.session.signOut());
    await done(world.session.popupOpened());
    await world.time.quiet();
    expect(shown().unsaved).toBe(true);
    freeDisk();
    await done(world.session.wake());
    expect(world.record()?.session.status).toBe('signedOut');
    expect(shown().unsaved).toBeUndefined();
  });

  it('a sign-in that follows, when there is room again, is the one that counts', async () => {
    fillDisk();
    await done(world.session.signOut());
    await world.time.quiet();
    freeDisk();
    world.signsInAs(ADA);
    await done(world.session.signIn());
    expect(shown()).toMatchObject({ status: 'signedIn', account: { uid: ada(world).uid } });
    expect(shown().unsaved).toBeUndefined();
    expect(world.mock.store.liveGrants()).toHaveLength(1);
  });

  it('what was kept is forgotten where the disk has moved on since, whatever came between', async () => {
    fillDisk();
    await done(world.session.signOut());
    await world.time.quiet();
    const kept = world.host.memory.get('unwritten');
    freeDisk();
    await done(world.session.signIn());
    // The background died between the two writes.
    world.host.memory.set('unwritten', kept);
    await done(world.restart());
    expect(shown().status).toBe('signedIn');
    expect(world.host.memory.get('unwritten') ?? null).toBeNull();
  });

  it('no sign-in is kept in memory alone: its grant could not be ended after a restart', async () => {
    await done(world.session.signOut());
    await world.time.quiet();
    for (let writes = 0; ; writes++) {
      fillDisk(writes);
      world.signsInAs(ADA);
      await done(world.session.signIn().catch(() => undefined));
      const { status } = shown();
      freeDisk();
      await done(world.session.runMaintenance());
      if (status === 'signedIn') break;
      const left = [...world.mock.store.liveGrants(), ...world.mock.store.liveAccessTokens()];
      expect([writes, left, world.host.backup]).toEqual([writes, [], []]);
    }
    expect(world.record()?.session.status).toBe('signedIn');
  });
});
