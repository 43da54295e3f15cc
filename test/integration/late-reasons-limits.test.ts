// What a companion can't change after the grant was rejected, how long it is asked, and that an answer only affects its
// own session.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCompanionHarness, type CompanionHarness } from './companion-harness.ts';
import { endingSteps, HOUR, MINUTE } from './ending-steps.ts';

let harness: CompanionHarness;
const {
  companionSessions,
  ended,
  holdEvents,
  deleteAccount,
  changePassword,
  disconnect,
  proof,
  eventsArrive,
  pathsAsked,
} = endingSteps(() => harness);
beforeEach(async () => {
  harness = await createCompanionHarness();
  await harness.startCompanion();
  await harness.session.signIn();
  await harness.session.runMaintenance();
  expect(companionSessions()).toHaveLength(1);
  holdEvents(true);
});
afterEach(async () => {
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

describe('the account isn’t erased', () => {
  it('while the companion says nothing', async () => {
    disconnect();
    await proof();
    await eventsArrive();
    for (let hour = 0; hour < 24; hour++) {
      harness.host.skew += HOUR;
      await harness.session.runMaintenance();
    }
    expect(harness.view()).toMatchObject({ status: 'needsReauth', account: { email: 'ada@example.com' } });
    expect(ended()?.reason).toBe('grant_revoked');
  });

  it.each([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['500', () => new Response('{}', { status: 500 })],
    ['a bare 401', () => new Response('{}', { status: 401 })],
    ['an unknown end', () => Response.json({ error: 'session_ended', reason: 'weather' }, { status: 401 })],
    ['an unknown session', () => Response.json({ error: 'unknown_session' }, { status: 401 })],
  ])('by %s', async (_name, answer) => {
    deleteAccount();
    await proof();
    const { fetch: network } = harness.host;
    harness.host.fetch = (...request) =>
      String(request[0]).includes('/v1/session') ? Promise.resolve(answer()) : network(...request);
    await harness.later();
    await harness.later();
    expect(harness.view()).toMatchObject({ status: 'needsReauth', account: { email: 'ada@example.com' } });
    expect(ended()?.reason).toBe('grant_revoked');
  });
});

it('asks the companion less and less often, and no longer than events can arrive', async () => {
  disconnect();
  await proof();
  await eventsArrive();
  const shown = pathsAsked();
  for (let minute = 0; minute < 8 * 24 * 60; minute += 5) {
    harness.host.skew += 5 * MINUTE;
    const alarm = harness.host.alarms.get('fxa:companion');
    if (alarm !== undefined && alarm <= Date.now() + harness.host.skew) {
      harness.host.alarms.delete('fxa:companion');
      await harness.session.runMaintenance();
    }
  }
  const asked = shown.filter((path) => path === '/v1/session').length;
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(60);
  // It was handed over, and no alarm is left for it.
  expect(shown.at(-1)).toBe('/v1/session/end');
  expect(companionSessions()).toEqual([]);
  expect(harness.host.alarms.has('fxa:companion')).toBe(false);
  expect(harness.view().status).toBe('needsReauth');
});

describe('signing in again before the reason arrives', () => {
  it('as another account ends the old companion session, whose reason then changes nothing', async () => {
    deleteAccount();
    await proof();
    harness.signsInAs('lin@example.com');
    const [old] = companionSessions();
    const shown = pathsAsked();
    await harness.session.signIn();
    await harness.session.runMaintenance();
    expect(harness.view()).toMatchObject({ status: 'signedIn', replacedOther: true });
    expect(companionSessions()).toHaveLength(1);
    expect(companionSessions()).not.toContain(old);
    expect(shown).toContain('/v1/session/end');
    await eventsArrive();
    await harness.later();
    await harness.later();
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  });

  it('as the same account doesn’t show the old password change again', async () => {
    changePassword();
    await proof();
    const before = companionSessions();
    harness.ada.password = 'correct horse';
    harness.signsInAs('ada@example.com');
    await harness.session.signIn();
    expect(harness.view().status).toBe('signedIn');
    await eventsArrive();
    await harness.later();
    await harness.later();
    expect(harness.view().status).toBe('signedIn');
    expect(harness.view()).not.toHaveProperty('endReason');
    expect(companionSessions()).not.toEqual(before);
  });

  it('keeps the new session when the answer arrives meanwhile', async () => {
    deleteAccount();
    await proof();
    await eventsArrive();
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    const { fetch: network } = harness.host;
    let asked = false;
    harness.host.fetch = async (...request) => {
      const response = await network(...request);
      if (asked || !String(request[0]).endsWith('/v1/session')) return response;
      asked = true;
      await held;
      return response;
    };
    const hearing = harness.later();
    await expect.poll(() => asked).toBe(true);
    harness.signsInAs('lin@example.com');
    await harness.session.signIn();
    answer();
    await hearing;
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  });
});

it('hands the companion session over at sign-out', async () => {
  disconnect();
  await proof();
  const shown = pathsAsked();
  await harness.session.signOut();
  await harness.session.runMaintenance();
  expect(shown).toEqual(['/v1/session/end']);
  expect(companionSessions()).toEqual([]);
});

it('has counts deleted after an opt-out that followed the rejection, at sign-out', async () => {
  harness.host.consent = true;
  await harness.session.popupOpened();
  harness.host.skew += MINUTE;
  await harness.session.runMaintenance();
  expect(await harness.counted()).not.toEqual([]);
  disconnect();
  await proof();
  await harness.session.setMetrics(false);
  harness.host.skew += MINUTE;
  await harness.session.runMaintenance();
  // The companion session may still tell the reason.
  expect(companionSessions()).toHaveLength(1);
  await harness.session.signOut();
  await harness.session.runMaintenance();
  expect(await harness.counted()).toEqual([]);
  expect(companionSessions()).toEqual([]);
});
