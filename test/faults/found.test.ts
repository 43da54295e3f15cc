// Regressions found by the fault tests, one test each.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inFront, needsReauth, passwordChanged, sessionOnly, signedIn } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

let world: FaultHarness;
beforeEach(() => {
  world = createFaultHarness();
});
afterEach(() => world.stop());

it('a hint just after the start of the browser is asked about at once', async () => {
  const { time, host } = world;
  await time.until(signedIn(world), 'the sign-in');
  host.memory.clear();
  await time.until(world.restart(), 'the start');
  passwordChanged(world);
  await time.until(world.session.suspectEnd('password_changed'), 'the hint');
  expect(world.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'password_changed' } });
});

it('shows how the session ended, even during another sign-in', async () => {
  const { time } = world;
  await time.until(needsReauth(world), 'the end of the session');
  await time.until(
    inFront(world, () => world.session.signIn()),
    'the window',
  );
  expect(world.view()).toMatchObject({ status: 'signingIn' });
  const token = world.session.accessToken('profile').catch((error: unknown) => error);
  expect(await time.until(token, 'the token')).toMatchObject({ code: 'reauth_required' });
});

it('the secrets of a session that Mozilla accounts ended do not wait for the next wake', async () => {
  const { time, host } = world;
  await time.until(sessionOnly(world), 'the sign-in');
  passwordChanged(world);
  await time.until(world.session.suspectEnd('password_changed'), 'the hint');
  expect(world.view()).toMatchObject({ status: 'needsReauth' });
  expect(host.memory.get('secrets')).toEqual({});
});
