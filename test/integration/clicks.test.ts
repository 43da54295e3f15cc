// A press of Sign in is never lost, also while the lock is taken: an attempt is just ending, or a dead one is being found.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LOCKS } from '../../src/session/state/storage-items.ts';
import { createHarness, type Harness } from './harness.ts';
import { deferred, holdAt, never } from './hold.ts';

let world: Harness;
let signsIn: Harness['host']['simulatedUser'];
beforeEach(async () => {
  world = await createHarness('today');
  signsIn = world.host.simulatedUser;
});
afterEach(async () => {
  await world.stop();
  expect(world.host.reports).toEqual([]);
});

/** Presses Sign in as soon as the view shows the problem; resolves when what that started is over. */
function pressedAt(problem: string, simulatedUser = signsIn): Promise<void> {
  const { local } = world.host;
  const set = local.set.bind(local);
  return new Promise((resolve, reject) => {
    local.set = (key, value) => {
      const stored = set(key, value);
      if (key === 'view' && (value as { problem?: { code: string } }).problem?.code === problem) {
        local.set = set;
        world.host.simulatedUser = simulatedUser;
        world.session.signIn().then(resolve, reject);
      }
      return stored;
    };
  });
}

it('signs in when pressed at the moment an attempt has failed', async () => {
  const pressed = pressedAt('cancelled');
  world.host.simulatedUser = never;
  const attempt = world.session.signIn();
  await expect.poll(() => world.host.memory.get('authWindow')).toHaveProperty('id');
  world.host.closeWindow(world.host.windows.open[0] ?? 0);
  await attempt;
  await pressed;
  expect(world.view().status).toBe('signedIn');
  expect(world.host.windows.opened).toBe(2);
});

it('signs in when pressed twice, each time at the moment the attempt before has failed', async () => {
  const closes = () => {
    setImmediate(() => world.host.closeWindow(world.host.windows.open[0] ?? 0));
    return never();
  };
  let pressedAgain: Promise<void> | undefined;
  const pressed = pressedAt('cancelled', () => {
    pressedAgain = pressedAt('cancelled');
    return closes();
  });
  world.host.simulatedUser = closes;
  await world.session.signIn();
  await pressed;
  await pressedAgain;
  expect(world.view().status).toBe('signedIn');
  expect(world.host.windows.opened).toBe(3);
});

it('signs in when pressed after a cancel that came before the attempt was stored', async () => {
  const { reached, release } = holdAt(world, 'alarms.set');
  const attempt = world.session.signIn();
  await reached;
  await world.session.cancelSignIn();
  const again = world.session.signIn();
  await new Promise(setImmediate);
  release();
  await Promise.all([attempt, again]);
  expect(world.view().status).toBe('signedIn');
  expect(world.host.windows.opened).toBe(1);
});

it('signs in when pressed at the moment a dead attempt is found', async () => {
  world.host.simulatedUser = never;
  void world.session.signIn().catch(() => undefined);
  await expect.poll(() => world.host.memory.get('authWindow')).toHaveProperty('id');
  const pressed = pressedAt('interrupted');
  await world.restart();
  await pressed;
  expect(world.view().status).toBe('signedIn');
  expect(world.host.windows.opened).toBe(2);
});

it('signs in once when pressed three times while the lock is taken', async () => {
  const { promise: taken, resolve: release } = deferred();
  const other = world.host.start().ports.locks.exclusive(LOCKS.attempt, () => taken);
  const presses = Array.from({ length: 3 }, () => world.session.signIn());
  await new Promise(setImmediate);
  release();
  await Promise.all([other, ...presses]);
  expect(world.view().status).toBe('signedIn');
  expect(world.host.windows.opened).toBe(1);
});
