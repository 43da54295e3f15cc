// The disk fills up at any write: what the user ended stays ended, and a failure is shown even though nothing can be
// written.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FxaError } from '../../src/fxa/errors.ts';
import type { View } from '../../src/session/state/view.ts';
import { simulatedUser } from './simulated-user.ts';
import { brokenInvariants } from './invariants.ts';
import { ada, ADA } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

let harness: FaultHarness;
beforeEach(() => {
  harness = createFaultHarness();
});
afterEach(() => {
  expect(brokenInvariants(harness)).toEqual([]);
  harness.stop();
});

const done = <T>(work: Promise<T>) => harness.time.until(work, 'the work');
const refused = () => new FxaError('storage_unavailable', 'The browser refuses its storage.');

/** What pages show: the unsaved view comes before the stored one. */
function shown(): View {
  const view = (harness.host.memory.get('unwritten') as { view?: View } | undefined)?.view ?? harness.view();
  if (!view) throw new Error('There is no view.');
  return view;
}

/** `storage.local` refuses every write from now on, or after `writes` more. */
function fillDisk(writes = 0): void {
  let left = writes;
  harness.host.refuse = (call) => {
    if (call.startsWith('local.set') && left-- <= 0) throw refused();
  };
}
function freeDisk(): void {
  harness.host.refuse = () => undefined;
}

/** A sign-in whose window is open. */
async function windowOpen(): Promise<{ attempt: Promise<void> }> {
  harness.host.simulatedUser = () => new Promise(() => undefined);
  const attempt = harness.session.signIn();
  attempt.catch(() => undefined);
  await harness.time.quiet();
  expect([shown().status, harness.host.windows.open.length]).toEqual(['signingIn', 1]);
  return { attempt };
}

describe('while the sign-in window is open', () => {
  it('a sign-in that cannot be written down is told as failed, and leaves no grant', async () => {
    let come = () => {};
    const ready = new Promise<void>((resolve) => (come = resolve));
    harness.host.simulatedUser = (url) => ready.then(() => simulatedUser(harness.mock, ADA)(url));
    const attempt = harness.session.signIn();
    await harness.time.quiet();
    fillDisk();
    come();
    await done(attempt);
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'storage_unavailable' } });
    expect(harness.mock.store.liveGrants()).toHaveLength(0);
  });

  it('Cancel closes the window and is told', async () => {
    const { attempt } = await windowOpen();
    fillDisk();
    await done(harness.session.cancelSignIn());
    await done(attempt);
    expect(harness.host.windows.open).toEqual([]);
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' }, unsaved: true });
  });

  it('closing the window is told', async () => {
    const { attempt } = await windowOpen();
    fillDisk();
    harness.host.closeWindow(harness.host.windows.open[0] ?? 0);
    await done(attempt);
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
  });

  it('the death of the background is told', async () => {
    await windowOpen();
    fillDisk();
    await done(harness.restart().catch(() => undefined));
    expect(shown()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  });

  it('Cancel closes the window where not even a read is answered, and says so', async () => {
    const { attempt } = await windowOpen();
    harness.host.refuse = (call) => {
      if (call.startsWith('local.')) throw refused();
    };
    await expect(done(harness.session.cancelSignIn())).rejects.toMatchObject({ code: 'storage_unavailable' });
    await done(attempt.catch(() => undefined));
    expect(harness.host.windows.open).toEqual([]);
    freeDisk();
  });

  it('Cancel says so where memory takes nothing either', async () => {
    const { attempt } = await windowOpen();
    harness.host.refuse = (call) => {
      if (/^local\.set|^memory\.set unwritten/.test(call)) throw refused();
    };
    await expect(done(harness.session.cancelSignIn())).rejects.toMatchObject({ code: 'storage_unavailable' });
    await done(attempt.catch(() => undefined));
    expect(harness.host.windows.open).toEqual([]);
    freeDisk();
  });
});

describe('while signed in', () => {
  beforeEach(async () => {
    await done(harness.session.signIn());
    expect(shown().status).toBe('signedIn');
  });

  it.each([0, 1, 2])('Sign out ends the grant, with %d writes left', async (writes) => {
    fillDisk(writes);
    await done(harness.session.signOut());
    await harness.time.quiet();
    expect(shown().status).toBe('signedOut');
    expect(harness.mock.store.liveGrants()).toHaveLength(0);
    await harness.time.quiet();
    expect(harness.mock.store.liveAccessTokens()).toHaveLength(0);
    await expect(done(harness.session.accessToken('profile'))).rejects.toMatchObject({ code: 'signed_out' });
  });

  it('says that this could not be saved, until it is', async () => {
    fillDisk();
    await done(harness.session.signOut());
    await harness.time.quiet();
    expect(shown().unsaved).toBe(true);
    expect(harness.record()?.session.status).toBe('signedIn');
    await done(harness.restart().catch(() => undefined));
    expect(shown()).toMatchObject({ status: 'signedOut', unsaved: true });

    freeDisk();
    await done(harness.session.runMaintenance());
    expect(harness.record()).toMatchObject({ session: { status: 'signedOut' }, outbox: [] });
    expect([shown().unsaved, harness.host.memory.get('unwritten') ?? null]).toEqual([undefined, null]);
  });

  it('an open popup has it saved as soon as the browser takes it', async () => {
    fillDisk();
    await done(harness.session.signOut());
    await done(harness.session.popupOpened());
    await harness.time.quiet();
    expect(shown().unsaved).toBe(true);
    freeDisk();
    await done(harness.session.wake());
    expect(harness.record()?.session.status).toBe('signedOut');
    expect(shown().unsaved).toBeUndefined();
  });

  it('a sign-in that follows, when there is room again, is the one that counts', async () => {
    fillDisk();
    await done(harness.session.signOut());
    await harness.time.quiet();
    freeDisk();
    harness.signsInAs(ADA);
    await done(harness.session.signIn());
    expect(shown()).toMatchObject({ status: 'signedIn', account: { uid: ada(harness).uid } });
    expect(shown().unsaved).toBeUndefined();
    expect(harness.mock.store.liveGrants()).toHaveLength(1);
  });

  it('what was kept is forgotten where the disk has moved on since, whatever came between', async () => {
    fillDisk();
    await done(harness.session.signOut());
    await harness.time.quiet();
    const kept = harness.host.memory.get('unwritten');
    freeDisk();
    await done(harness.session.signIn());
    // The background died between the two writes.
    harness.host.memory.set('unwritten', kept);
    await done(harness.restart());
    expect(shown().status).toBe('signedIn');
    expect(harness.host.memory.get('unwritten') ?? null).toBeNull();
  });

  it('no sign-in is kept in memory alone: its grant could not be ended after a restart', async () => {
    await done(harness.session.signOut());
    await harness.time.quiet();
    for (let writes = 0; ; writes++) {
      fillDisk(writes);
      harness.signsInAs(ADA);
      await done(harness.session.signIn().catch(() => undefined));
      const { status } = shown();
      freeDisk();
      await done(harness.session.runMaintenance());
      if (status === 'signedIn') break;
      const left = [...harness.mock.store.liveGrants(), ...harness.mock.store.liveAccessTokens()];
      expect([writes, left, harness.host.backup]).toEqual([writes, [], []]);
    }
    expect(harness.record()?.session.status).toBe('signedIn');
  });
});
