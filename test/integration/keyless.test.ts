// A browser that keeps no keys, such as Firefox in permanent private browsing: the user is told before signing in, the
// session ends with the browser, and its end has a reason of its own.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await createHarness('today');
  harness.host.keyless = true;
});
afterEach(async () => {
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

/** The browser ends and starts again. */
async function browserRestarts(): Promise<void> {
  harness.host.memory.clear();
  harness.host.alarms.clear();
  await harness.restart();
}

const grant = () => (harness.record().session as { grant?: object }).grant;

it('is shown before the first sign-in, whatever the setting', async () => {
  await browserRestarts();
  expect(harness.view()).toMatchObject({ status: 'signedOut', sessionOnly: 'by_browser' });
  await harness.session.setSessionOnly(true);
  expect(harness.view().sessionOnly).toBe('by_browser');
  harness.host.policy = { sessionOnly: true, metricsOff: false };
  await harness.restart();
  expect(harness.view().sessionOnly).toBe('by_policy');
  expect(await harness.session.keepsKeys()).toBe(false);
});

it('ends the session with the browser, with its own reason, and leaves nothing on disk or at the server', async () => {
  await harness.session.signIn();
  expect(harness.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'by_browser' });
  expect(grant()).toMatchObject({ keyNotKept: true });
  expect(JSON.stringify([...harness.host.local])).not.toContain('sealed');
  // The background may end as often as it likes.
  await harness.restart();
  await expect(harness.session.accessToken('profile')).resolves.toBeTruthy();

  await browserRestarts();
  expect(harness.view()).toMatchObject({
    status: 'signedOut',
    sessionOnly: 'by_browser',
    endReason: { code: 'signed_out', reason: 'keys_not_kept' },
  });
  expect(harness.record().journal.at(-1)?.why).toBe('keys_not_kept');
  await expect.poll(harness.liveGrants).toBe(0);
});

it('gives the user’s choice as the reason if there is one', async () => {
  await harness.session.signIn();
  await harness.session.setSessionOnly(true);
  expect(grant()).not.toHaveProperty('keyNotKept');
  await harness.restart();
  await expect(harness.session.accessToken('profile')).resolves.toBeTruthy();
  await browserRestarts();
  expect(harness.view().endReason?.reason).toBe('session_only');
});

it('seals the secrets at the next start of the background after a temporary refusal', async () => {
  await harness.session.signIn();
  harness.host.keyless = false;
  await harness.restart();
  expect(grant()).toHaveProperty('sealed');
  expect(grant()).not.toHaveProperty('keyNotKept');
  expect(harness.host.memory.get('secrets')).toEqual({});
  expect(harness.view()).toMatchObject({ status: 'signedIn', sessionOnly: 'off' });
  await browserRestarts();
  expect(harness.view().status).toBe('signedIn');
  await expect(harness.session.accessToken('profile')).resolves.toBeTruthy();
  expect(await harness.session.keepsKeys()).toBe(true);
});
