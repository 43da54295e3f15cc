// A browser that keeps no keys, such as Firefox in permanent private browsing: the user is told before signing in, the
// session ends with the browser, and its end has a reason of its own.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let world: Harness;
beforeEach(async () => {
  world = await createHarness('today');
  world.host.keyless = true;
});
afterEach(async () => {
  expect(world.host.reports).toEqual([]);
  await world.stop();
});

/** The browser ends and starts again. */
async function browserRestarts(): Promise<void> {
  world.host.memory.clear();
  world.host.alarms.clear();
  await world.restart();
}

const grant = () => (world.record().session as { grant?: object }).grant;

it('is shown before the first sign-in, whatever the setting', async () => {
  await browserRestarts();
  expect(world.view()).toMatchObject({ status: 'signedOut', sessionOnly: 'by_browser' });
  await world.session.setSessionOnly(true);
  expect(world.view().sessionOnly).toBe('by_browser');
  world.host.policy = { sessionOnly: true, metricsOff: false };
  await world.restart();
  expect(world.view().sessionOnly).toBe('by_policy');
  expect(await world.session.keepsKeys()).toBe(false);
});

it('ends the session with the browser, with its own reason, and leaves nothing on disk or at the server', async () => {
  await world.session.signIn();
  expect(world.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'by_browser' });
  expect(grant()).toMatchObject({ keyNotKept: true });
  expect(JSON.stringify([...world.host.local])).not.toContain('sealed');
  // The background may end as often as it likes.
  await world.restart();
  await expect(world.session.accessToken('profile')).resolves.toBeTruthy();

  await browserRestarts();
  expect(world.view()).toMatchObject({
    status: 'signedOut',
    sessionOnly: 'by_browser',
    endReason: { code: 'signed_out', reason: 'keys_not_kept' },
  });
  expect(world.record().journal.at(-1)?.why).toBe('keys_not_kept');
  await expect.poll(world.liveGrants).toBe(0);
});

it('gives the user’s choice as the reason if there is one', async () => {
  await world.session.signIn();
  await world.session.setSessionOnly(true);
  expect(grant()).not.toHaveProperty('keyNotKept');
  await world.restart();
  await expect(world.session.accessToken('profile')).resolves.toBeTruthy();
  await browserRestarts();
  expect(world.view().endReason?.reason).toBe('session_only');
});

it('seals the secrets at the next start of the background after a temporary refusal', async () => {
  await world.session.signIn();
  world.host.keyless = false;
  await world.restart();
  expect(grant()).toHaveProperty('sealed');
  expect(grant()).not.toHaveProperty('keyNotKept');
  expect(world.host.memory.get('secrets')).toEqual({});
  expect(world.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'off' });
  await browserRestarts();
  expect(world.view().status).toBe('signedIn');
  await expect(world.session.accessToken('profile')).resolves.toBeTruthy();
  expect(await world.session.keepsKeys()).toBe(true);
});
