// What can happen to an attempt: a second click, a cancellation, a late window, a dead background.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';
import { deferred, never } from './hold.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness('today');
});
afterEach(async () => {
  await harness.stop();
  expect(harness.host.reports).toEqual([]);
});

/** Holds back the answers of one path. */
function holding(path: string, passed: Promise<unknown>): typeof fetch {
  const network = harness.host.fetch;
  return async (input, init) => {
    const response = await network(input, init);
    if (String(input).endsWith(path)) await passed;
    return response;
  };
}

/** Starts a sign-in and waits until its window is open and known. */
async function opened(): Promise<{ attempt: Promise<void>; windowId: number }> {
  const attempt = harness.session.signIn();
  await expect.poll(() => harness.host.windows.open).toHaveLength(1);
  await expect.poll(() => harness.host.memory.get('authWindow')).toHaveProperty('id');
  return { attempt, windowId: harness.host.windows.open[0] ?? 0 };
}

it('shows the existing window on a second click, instead of opening another', async () => {
  harness.host.simulatedUser = never;
  const { windowId } = await opened();
  await harness.session.signIn();
  expect(harness.host.windows).toMatchObject({ opened: 1, focused: [windowId] });
  expect(await harness.session.showWindow()).toBe(true);
  expect(harness.host.windows.opened).toBe(1);
});

it('opens one window for two clicks at the same time', async () => {
  await Promise.all([harness.session.signIn(), harness.session.signIn()]);
  expect(harness.host.windows.opened).toBe(1);
  expect(harness.view().status).toBe('signedIn');
});

it('shows the phase of a running attempt', async () => {
  const phases: unknown[] = [];
  const { local } = harness.host;
  const set = local.set.bind(local);
  local.set = (key, value) => {
    if (key === 'view') phases.push((value as { phase?: string; status: string }).phase);
    return set(key, value);
  };
  await harness.session.signIn();
  expect(phases.filter((phase, index) => phase !== phases[index - 1])).toEqual([
    'checking',
    'window',
    'finishing',
    undefined,
  ]);
});

it('cancels the attempt when its window is closed', async () => {
  harness.host.simulatedUser = never;
  const { attempt, windowId } = await opened();
  harness.host.closeWindow(windowId);
  await attempt;
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('closes the window when the attempt is cancelled', async () => {
  harness.host.simulatedUser = never;
  const { attempt } = await opened();
  await harness.session.cancelSignIn();
  await attempt;
  expect(harness.host.windows.open).toEqual([]);
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('opens no window if cancelled while the server is being checked', async () => {
  harness.host.fetch = (_url, init) =>
    new Promise((_resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    });
  const attempt = harness.session.signIn();
  await expect.poll(() => harness.view().phase).toBe('checking');
  await harness.session.cancelSignIn();
  await attempt;
  expect(harness.host.windows.opened).toBe(0);
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });
});

it('leaves no window behind if cancelled at any moment before it, and the next attempt works', async () => {
  for (let steps = 0; steps < 40; steps++) {
    const attempt = harness.session.signIn();
    for (let step = 0; step < steps; step++) await new Promise(setImmediate);
    await harness.session.cancelSignIn();
    await attempt;
    if (harness.view().status === 'signedIn') await harness.session.signOut();
    await expect.poll(() => harness.host.windows.open).toEqual([]);
  }
  await harness.session.signIn();
  expect(harness.view().status).toBe('signedIn');
  await harness.session.drainOutbox();
  await expect.poll(harness.liveGrants).toBe(1);
});

it('closes a window that appears after its attempt was cancelled, before the next attempt starts', async () => {
  const { resolve: open, promise: passed } = deferred();
  harness.host.answered = passed;
  const first = harness.session.signIn();
  await expect.poll(() => harness.host.memory.get('authWindow')).toHaveProperty('expectedAt');
  expect(await harness.session.showWindow()).toBe(false);
  await harness.session.cancelSignIn();
  await first;
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'cancelled' } });

  const second = harness.session.signIn();
  await expect.poll(() => harness.view()).toMatchObject({ status: 'signingIn', phase: 'checking' });
  open();
  await second;
  expect(harness.view().status).toBe('signedIn');
  expect(harness.host.windows).toMatchObject({ opened: 2, open: [] });
});

it('destroys a grant that arrives after its attempt was cancelled, without waiting for it', async () => {
  const { resolve: open, promise: passed } = deferred();
  const network = harness.host.fetch;
  harness.host.fetch = holding('/v1/token', passed);
  const attempt = harness.session.signIn();
  await expect.poll(harness.liveGrants).toBe(1);
  await harness.session.cancelSignIn();
  await attempt;

  harness.host.fetch = network;
  harness.signsInAs('lin@example.com');
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  open();
  await expect.poll(harness.liveGrants).toBe(1);
  await expect.poll(harness.liveTokens).toBe(1);
  expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
});

it('reports "interrupted" after the background died, and the next attempt closes its window', async () => {
  const signIn = harness.host.simulatedUser;
  harness.host.simulatedUser = never;
  const { windowId } = await opened();
  await harness.restart();
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  expect(harness.host.windows.open).toEqual([windowId]);

  harness.host.simulatedUser = signIn;
  await harness.session.signIn();
  expect(harness.host.windows.open).toEqual([]);
  expect(harness.view().status).toBe('signedIn');
});

it('leaves no grant behind when the background dies after it was issued', async () => {
  const network = harness.host.fetch;
  harness.host.fetch = holding('/v1/profile', never());
  void harness.session.signIn();
  await expect.poll(() => harness.record().outbox).toHaveLength(1);
  await expect.poll(harness.liveGrants).toBe(1);
  harness.host.fetch = network;
  await harness.restart();
  expect(harness.view()).toMatchObject({ status: 'signedOut', problem: { code: 'interrupted' } });
  expect([harness.liveGrants(), harness.liveTokens()]).toEqual([0, 0]);
});

it('starts a new attempt even if a dead one is still recorded', async () => {
  const session = { status: 'signingIn', attempt: { id: 'dead', startedAt: 1, phase: 'window' } };
  await harness.session.recover();
  harness.host.local.set('record', {
    ...{ version: 1, outbox: [], journal: [], deployment: `${harness.mock.origin} a1b2c3d4e5f60001` },
    session: { ...session, previous: { status: 'signedOut' } },
  });
  await harness.session.signIn();
  expect(harness.view().status).toBe('signedIn');
  expect(harness.record().journal.map(({ why }) => why)).toEqual(['interrupted', 'sign_in', 'sign_in']);
});

it('can show and cancel the new window after a dead attempt was cleaned up', async () => {
  const signIn = harness.host.simulatedUser;
  harness.host.simulatedUser = never;
  await opened();
  await harness.restart();
  const attempt = harness.session.signIn();
  await expect.poll(() => harness.host.windows.opened).toBe(2);
  await expect.poll(() => harness.session.showWindow()).toBe(true);
  expect(harness.host.windows.open).toEqual(harness.host.windows.focused);
  await harness.session.cancelSignIn();
  await attempt;
  expect(harness.host.windows.open).toEqual([]);

  harness.host.simulatedUser = signIn;
  await harness.session.signIn();
  expect(harness.view().status).toBe('signedIn');
});

it('cancelling around the moment the window appears never leaves one, and closes no other window', async () => {
  harness.host.simulatedUser = never;
  for (let steps = 0; steps < 60; steps++) {
    const attempt = harness.session.signIn();
    await expect.poll(() => harness.view().phase, { interval: 1 }).toBe('window');
    for (let step = 0; step < steps; step++) await Promise.resolve();
    await harness.session.cancelSignIn();
    await attempt;
    await expect.poll(() => harness.host.windows.open, { interval: 1 }).toEqual([]);
    await expect.poll(() => harness.host.memory.get('authWindow'), { interval: 1 }).toBeNull();
    // A window that opens now belongs to another extension.
    await harness.session.windowCreated(7);
    expect(harness.host.memory.get('authWindow')).toBeNull();
  }
});

it('ends a running attempt at sign-out, and the next click starts another', async () => {
  await harness.session.signIn();
  const signIn = harness.host.simulatedUser;
  harness.host.simulatedUser = never;
  const { attempt } = await opened();
  await harness.session.signOut();
  await attempt;
  expect(harness.host.windows.open).toEqual([]);
  expect(harness.view().status).toBe('signedOut');
  harness.host.simulatedUser = signIn;
  await harness.session.signIn();
  expect(harness.view().status).toBe('signedIn');
});
