// Regressions found by the fault tests, one test each.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inFront, needsReauth, passwordChanged, sessionOnly, signedIn } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

let harness: FaultHarness;
beforeEach(() => {
  harness = createFaultHarness();
});
afterEach(() => harness.stop());

it('a hint just after the start of the browser is asked about at once', async () => {
  const { time, host } = harness;
  await time.until(signedIn(harness), 'the sign-in');
  host.memory.clear();
  await time.until(harness.restart(), 'the start');
  passwordChanged(harness);
  await time.until(harness.session.suspectEnd('password_changed'), 'the hint');
  expect(harness.view()).toMatchObject({ status: 'needsReauth', endReason: { reason: 'password_changed' } });
});

it('shows how the session ended, even during another sign-in', async () => {
  const { time } = harness;
  await time.until(needsReauth(harness), 'the end of the session');
  await time.until(
    inFront(harness, () => harness.session.signIn()),
    'the window',
  );
  expect(harness.view()).toMatchObject({ status: 'signingIn' });
  const token = harness.session.accessToken('profile').catch((error: unknown) => error);
  expect(await time.until(token, 'the token')).toMatchObject({ code: 'reauth_required' });
});

it('the secrets of a session that Mozilla accounts ended do not wait for the next wake', async () => {
  const { time, host } = harness;
  await time.until(sessionOnly(harness), 'the sign-in');
  passwordChanged(harness);
  await time.until(harness.session.suspectEnd('password_changed'), 'the hint');
  expect(harness.view()).toMatchObject({ status: 'needsReauth' });
  expect(host.memory.get('secrets')).toEqual({});
});
