// What can happen to an attempt: a second click, a cancellation, a late window, a dead background.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';
import { deferred, never } from './hold.ts';

let world: Harness;
beforeEach(async () => {
  world = await createHarness('today');
});
afterEach(async () => {
  await world.stop();
  expect(world.host.reports).toEqual([]);
});

/** Holds back the answers of one path. */
function holding(path: string, passed: Promise<unknown>): typeof fetch {
  const network = world.host.fetch;
  return async (input, init) => {
    const response = await network(input, init);
    if (String(input).endsWith(path)) await passed;
    return response;
  };
}

/** Starts a sign-in and waits until its window is open and known. */
async function opened(): Promise<{ attempt: Promise<void>; windowId: number }> {
  const attempt = world.session.signIn();
  await expect.poll(() => world.host.windows.open).toHaveLength(1);
  await expect.poll(() => world.host.memory.get('authWindow')).toHaveProperty('id');
  return { attempt, windowId: world.host.windows.open[0] ?? 0 };
}

it('shows the existing window on a second click, instead of opening another', async () => {
  world.host.simulatedUser = never;
  const { windowId } = await opened();
  await world.session.signIn();
  expect(world.host.windows).toMatchObject({ opened: 1, focused: [windowId] });
  expect(await world.session.showWindow()).toBe(true);
  expect(world.host.windows.opened).toBe(1);
});

it('opens one window for two clicks at the same time', async () => {
  await Promise.all([world.session.signIn(), world.session.signIn()]);
  expect(world.host.windows.opened).toBe(1);
  expect(world.view().status).toBe('signedIn');
});

it('shows the phase of a running attempt', async () => {
  const phases: unknown[] = [];
  const { local } = world.host;
  const set = local.set.bind(local);
  local.set = (key, value) => {
    if (key === 'view') phases.push((value as { phase?: string; status: string }).phase);
    return set(key, value);
  };
  await world.session.signIn();
  expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
    'checking',
    'window',
    'finishing',
    undefined,
  ]);
});

it('cancels the attempt when its window is closed', async () => {
  world.host.simulatedUser = never;
  const { attempt, windowId } = await opened();
  world.host.closeWindow(windowId);
  await attempt;
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('closes the window when the attempt is cancelled', async () => {
  world.host.simulatedUser = never;
  const { attempt } = await opened();
  await world.session.cancelSignIn();
  await attempt;
  expect(world.host.windows.open).toEqual([]);
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('opens no window if cancelled while the server is being checked', async () => {
  world.host.fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  const attempt = world.session.signIn();
  await expect.poll(() => world.view().phase).toBe('checking');
  await world.session.cancelSignIn();
  await attempt;
  expect(world.host.windows.opened).toBe(0);
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('leaves no window behind if cancelled at any moment before it, and the next attempt works', async () => {
  for (let steps = 0; steps < 40; steps++) {
    const attempt = world.session.signIn();
    for (let step = 0; step < steps; step++) await new Promise(setImmediate);
    await world.session.cancelSignIn();
    await attempt;
    if (world.view().status === 'signedIn') await world.session.signOut();
    await expect.poll(() => world.host.windows.open).toEqual([]);
  }
  await world.session.signIn();
  expect(world.view().status).toBe('signedIn');
  await world.session.drainOutbox();
  await expect.poll(world.liveGrants).toBe(1);
});

it('closes a window that appears after its attempt was cancelled, before the next attempt starts', async () => {
  const { resolve: open, promise: passed } = deferred();
  world.host.answered = passed;
  const first = world.session.signIn();
  await expect.poll(() => world.host.memory.get('authWindow')).toHaveProperty('expectedAt');
  expect(await world.session.showWindow()).toBe(false);
  await world.session.cancelSignIn();
  await first;
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });

  const second = world.session.signIn();
  await expect.poll(() => world.view()).toMatchObject({ status: 'signingIn', phase: 'checking' });
  open();
  await second;
  expect(world.view().status).toBe('signedIn');
  expect(world.host.windows).toMatchObject({ opened: 2, open: [] });
});

it('destroys a grant that arrives after its attempt was cancelled, without waiting for it', async () => {
  const { resolve: open, promise: passed } = deferred();
  const network = world.host.fetch;
  world.host.fetch = holding('/v1/token', passed);
  const attempt = world.session.signIn();
  await expect.poll(world.liveGrants).toBe(1);
  await world.session.cancelSignIn();
  await attempt;

  world.host.fetch = network;
  world.signsInAs('lin@example.com');
  await world.session.signIn();
  expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  open();
  await expect.poll(world.liveGrants).toBe(1);
  await expect.poll(world.liveTokens).toBe(1);
  expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
});

it('reports "interrupted" after the background died, and the next attempt closes its window', async () => {
  const signIn = world.host.simulatedUser;
  world.host.simulatedUser = never;
  const { windowId } = await opened();
  await world.restart();
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  expect(world.host.windows.open).toEqual([windowId]);

  world.host.simulatedUser = signIn;
  await world.session.signIn();
  expect(world.host.windows.open).toEqual([]);
  expect(world.view().status).toBe('signedIn');
});

it('leaves no grant behind when the background dies after it was issued', async () => {
  const network = world.host.fetch;
  world.host.fetch = holding('/v1/profile', never());
  void world.session.signIn();
  await expect.poll(() => world.record().outbox).toHaveLength(1);
  await expect.poll(world.liveGrants).toBe(1);
  world.host.fetch = network;
  await world.restart();
  expect(world.view()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  expect([world.liveGrants(), world.liveTokens()]).toEqual([0, 0]);
});

it('starts a new attempt even if a dead one is still recorded', async () => {
  const session = { status: 'signingIn', attempt: { id: 'dead', startedAt: 1, phase: 'window' } };
  await world.session.recover();
  world.host.local.set('record', {
    ...{ version: 1, outbox: [], journal: [], deployment: `${world.mock.origin} a1b2c3d4e5f60001` },
    session: { ...session, previous: { status: 'signedOut' } },
  });
  await world.session.signIn();
  expect(world.view().status).toBe('signedIn');
  expect(world.record().journal.map(({ why }) => why)).toEqual(['interrupted', 'sign_in', 'sign_in']);
});

it('can show and cancel the new window after a dead attempt was cleaned up', async () => {
  const signIn = world.host.simulatedUser;
  world.host.simulatedUser = never;
  await opened();
  await world.restart();
  const attempt = world.session.signIn();
  await expect.poll(() => world.host.windows.opened).toBe(2);
  await expect.poll(() => world.session.showWindow()).toBe(true);
  expect(world.host.windows.open).toEqual(world.host.windows.focused);
  await world.session.cancelSignIn();
  await attempt;
  expect(world.host.windows.open).toEqual([]);

  world.host.simulatedUser = signIn;
  await world.session.signIn();
  expect(world.view().status).toBe('signedIn');
});

it('cancelling around the moment the window appears never leaves one, and closes no other window', async () => {
  world.host.simulatedUser = never;
  for (let steps = 0; steps < 60; steps++) {
    const attempt = world.session.signIn();
    await expect.poll(() => world.view().phase, { interval: 1 }).toBe('window');
    for (let step = 0; step < steps; step++) await Promise.resolve();
    await world.session.cancelSignIn();
    await attempt;
    await expect.poll(() => world.host.windows.open, { interval: 1 }).toEqual([]);
    await expect.poll(() => world.host.memory.get('authWindow'), { interval: 1 }).toBeNull();
    // A window that opens now belongs to another extension.
    await world.session.windowCreated(7);
    expect(world.host.memory.get('authWindow')).toBeNull();
  }
});

it('ends a running attempt at sign-out, and the next click starts another', async () => {
  await world.session.signIn();
  const signIn = world.host.simulatedUser;
  world.host.simulatedUser = never;
  const { attempt } = await opened();
  await world.session.signOut();
  await attempt;
  expect(world.host.windows.open).toEqual([]);
  expect(world.view().status).toBe('signedOut');
  world.host.simulatedUser = signIn;
  await world.session.signIn();
  expect(world.view().status).toBe('signedIn');
});
