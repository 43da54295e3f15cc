// What the companion reports only after the grant was rejected: the reason shown follows, and a deleted account is
// erased.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCompanionHarness, type CompanionHarness } from './companion-harness.ts';
import { endingSteps, HOUR, MINUTE } from './ending-steps.ts';

let harness: CompanionHarness;
const { companionSessions, ended, holdEvents, deleteAccount, changePassword, proof, eventsArrive, isErased } =
  endingSteps(() => harness);
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

describe('a deleted account, reported after the grant was rejected', () => {
  it('is erased by the alarm alone', async () => {
    const { uid } = harness.ada;
    deleteAccount();
    await proof();
    await eventsArrive();
    expect(harness.host.alarms.has('fxa:companion')).toBe(true);
    await harness.later();
    isErased(uid);
    expect(harness.record().journal.at(-1)).toMatchObject({
      from: 'needsReauth',
      to: 'signedOut',
      why: 'account_deleted',
    });
    // Nothing is left to ask.
    await harness.session.runMaintenance();
    expect(companionSessions()).toEqual([]);
    expect(harness.host.alarms.has('fxa:companion')).toBe(false);
  });

  it('is erased when the popup opens again', async () => {
    const { uid } = harness.ada;
    deleteAccount();
    await proof();
    await eventsArrive();
    harness.host.skew += MINUTE;
    await harness.session.popupOpened();
    await expect.poll(() => harness.view().status).toBe('signedOut');
    isErased(uid);
  });

  it.each([
    ['the background', () => undefined],
    [
      'the browser',
      () => {
        harness.host.memory.clear();
        harness.host.alarms.clear();
      },
    ],
  ])('is erased after a restart of %s in between', async (_what, forget) => {
    const { uid } = harness.ada;
    deleteAccount();
    await proof();
    forget();
    await harness.restart();
    expect(harness.view().status).toBe('needsReauth');
    await eventsArrive();
    forget();
    harness.host.skew += HOUR;
    await harness.restart();
    isErased(uid);
  });

  it('is erased after the companion was down for two days', async () => {
    const { uid } = harness.ada;
    await harness.stopCompanion();
    deleteAccount();
    await proof();
    for (let hour = 0; hour < 48; hour++) {
      harness.host.skew += HOUR;
      await harness.session.runMaintenance();
    }
    expect(harness.view().status).toBe('needsReauth');
    await harness.restartCompanion();
    await eventsArrive();
    // It is asked every six hours by now, and a quarter later at most.
    harness.host.skew += 7.5 * HOUR;
    await harness.session.runMaintenance();
    isErased(uid);
  });

  it('is erased after a password change was reported first', async () => {
    const { uid } = harness.ada;
    changePassword();
    await eventsArrive();
    await harness.later();
    expect(ended()?.reason).toBe('password_changed');
    deleteAccount();
    await harness.mock.events.idle();
    await harness.later();
    await harness.later();
    isErased(uid);
  });

  it('is erased beneath a sign-in that has just begun', async () => {
    const { uid } = harness.ada;
    deleteAccount();
    await proof();
    let finish = () => {};
    const { simulatedUser } = harness.host;
    harness.signsInAs('lin@example.com');
    const { simulatedUser: lin } = harness.host;
    harness.host.simulatedUser = async (url) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return lin(url);
    };
    const attempt = harness.session.signIn();
    await expect.poll(() => harness.view().phase).toBe('window');
    await eventsArrive();
    await harness.later();
    expect(harness.view()).toMatchObject({ status: 'signingIn', endReason: { reason: 'account_deleted' } });
    expect(harness.stored()).not.toContain(uid);
    finish();
    await attempt;
    expect(harness.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
    harness.host.simulatedUser = simulatedUser;
  });
});

describe('a changed password, reported after the grant was rejected', () => {
  it('is shown as the reason, and the data stays', async () => {
    changePassword();
    await proof();
    const { at } = ended() ?? {};
    await eventsArrive();
    await harness.later();
    expect(harness.view()).toMatchObject({
      status: 'needsReauth',
      account: { email: 'ada@example.com' },
      endReason: { reason: 'password_changed', at },
    });
  });

  it('may still be followed by a deleted account', async () => {
    const { uid } = harness.ada;
    changePassword();
    await proof();
    await eventsArrive();
    await harness.later();
    expect(ended()?.reason).toBe('password_changed');
    deleteAccount();
    await harness.mock.events.idle();
    await harness.later();
    isErased(uid);
  });
});
