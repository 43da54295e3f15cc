// A press of Sign in is never lost, also while the lock is taken: an attempt is just ending, or a dead one is being found.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LOCKS } from '../../src/session/state/storage-items.ts';
import { createHarness, type Harness } from './harness.ts';
import { deferred, holdAt, never } from './hold.ts';

let harness: Harness;
let signsIn: Harness['host']['simulatedUser'];
beforeEach(async () => {
  harness = await createHarness('today');
  signsIn = harness.host.simulatedUser;
});
afterEach(async () => {
  await harness.stop();
  expect(harness.host.reports).toEqual([]);
});

/** Presses Sign in as soon as the view shows the problem; resolves when what that started is over. */
function pressedAt(problem: string, simulatedUser = signsIn): Promise<void> {
  const { local } = harness.host;
  const set = local.set.bind(local);
  return new Promise((resolve, reject) => {
    local.set = (key, value) => {
      const stored = set(key, value);
      if (key === 'view' && (value as { problem?: { code: string } }).problem?.code === problem) {
        local.set = set;
        harness.host.simulatedUser = simulatedUser;
        harness.session.signIn().then(resolve, reject);
      }
      return stored;
    };
  });
}

it('signs in when pressed at the moment an attempt has failed', async () => {
  const pressed = pressedAt('cancelled');
  harness.host.simulatedUser = never;
  const attempt = harness.session.signIn();
  await expect.poll(() => harness.host.memory.get('authWindow')).toHaveProperty('id');
  harness.host.closeWindow(harness.host.windows.open[0] ?? 0);
  await attempt;
  await pressed;
  expect(harness.view().status).toBe('signedIn');
  expect(harness.host.windows.opened).toBe(2);
});

it('signs in when pressed twice, each time at the moment the attempt before has failed', async () => {
  const closes = () => {
    setImmediate(() => harness.host.closeWindow(harness.host.windows.open[0] ?? 0));
    return never();
  };
  let pressedAgain: Promise<void> | undefined;
  const pressed = pressedAt('cancelled', () => {
    pressedAgain = pressedAt('cancelled');
    return closes();
  });
  harness.host.simulatedUser = closes;
  await harness.session.signIn();
  await pressed;
  await pressedAgain;
  expect(harness.view().status).toBe('signedIn');
  expect(harness.host.windows.opened).toBe(3);
});

it('signs in when pressed after a cancel that came before the attempt was stored', async () => {
  const { reached, release } = holdAt(harness, 'alarms.set');
  const attempt = harness.session.signIn();
  await reached;
  await harness.session.cancelSignIn();
  const again = harness.session.signIn();
  await new Promise(setImmediate);
  release();
  await Promise.all([attempt, again]);
  expect(harness.view().status).toBe('signedIn');
  expect(harness.host.windows.opened).toBe(1);
});

it('signs in when pressed at the moment a dead attempt is found', async () => {
  harness.host.simulatedUser = never;
  void harness.session.signIn().catch(() => undefined);
  await expect.poll(() => harness.host.memory.get('authWindow')).toHaveProperty('id');
  const pressed = pressedAt('interrupted');
  await harness.restart();
  await pressed;
  expect(harness.view().status).toBe('signedIn');
  expect(harness.host.windows.opened).toBe(2);
});

it('signs in once when pressed three times while the lock is taken', async () => {
  const { promise: taken, resolve: release } = deferred();
  const other = harness.host.start().ports.locks.exclusive(LOCKS.attempt, () => taken);
  const presses = Array.from({ length: 3 }, () => harness.session.signIn());
  await new Promise(setImmediate);
  release();
  await Promise.all([other, ...presses]);
  expect(harness.view().status).toBe('signedIn');
  expect(harness.host.windows.opened).toBe(1);
});
