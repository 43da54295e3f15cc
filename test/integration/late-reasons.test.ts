// What the companion reports only after the grant was rejected: the reason shown follows, and a deleted account is
// erased.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCompanionHarness, type CompanionHarness } from './companion-harness.ts';
import { endingSteps, HOUR, MINUTE } from './ending-steps.ts';

let world: CompanionHarness;
const { companionSessions, ended, holdEvents, deleteAccount, changePassword, proof, eventsArrive, isErased } =
  endingSteps(() => world);
beforeEach(async () => {
  world = await createCompanionHarness();
  await world.startCompanion();
  await world.session.signIn();
  await world.session.runMaintenance();
  expect(companionSessions()).toHaveLength(1);
  holdEvents(true);
});
afterEach(async () => {
  expect(world.host.reports).toEqual([]);
  await world.stop();
});

describe('a deleted account, reported after the grant was rejected', () => {
  it('is erased by the alarm alone', async () => {
    const { uid } = world.ada;
    deleteAccount();
    await proof();
    await eventsArrive();
    expect(world.host.alarms.has('fxa:companion')).toBe(true);
    await world.later();
    isErased(uid);
    expect(world.record().journal.at(-1)).toMatchObject({
      from: 'needsReauth',
      to: 'signedOut',
      why: 'account_deleted',
    });
    // Nothing is left to ask.
    await world.session.runMaintenance();
    expect(companionSessions()).toEqual([]);
    expect(world.host.alarms.has('fxa:companion')).toBe(false);
  });

  it('is erased when the popup opens again', async () => {
    const { uid } = world.ada;
    deleteAccount();
    await proof();
    await eventsArrive();
    world.host.skew += MINUTE;
    await world.session.popupOpened();
    await expect.poll(() => world.view().status).toBe('signedOut');
    isErased(uid);
  });

  it.each([
    ['the background', () => undefined],
    [
      'the browser',
      () => {
        world.host.memory.clear();
        world.host.alarms.clear();
      },
    ],
  ])('is erased after a restart of %s in between', async (_what, forget) => {
    const { uid } = world.ada;
    deleteAccount();
    await proof();
    forget();
    await world.restart();
    expect(world.view().status).toBe('needsReauth');
    await eventsArrive();
    forget();
    world.host.skew += HOUR;
    await world.restart();
    isErased(uid);
  });

  it('is erased after the companion was down for two days', async () => {
    const { uid } = world.ada;
    await world.stopCompanion();
    deleteAccount();
    await proof();
    for (let hour = 0; hour < 48; hour++) {
      world.host.skew += HOUR;
      await world.session.runMaintenance();
    }
    expect(world.view().status).toBe('needsReauth');
    await world.restartCompanion();
    await eventsArrive();
    // It is asked every six hours by now, and a quarter later at most.
    world.host.skew += 7.5 * HOUR;
    await world.session.runMaintenance();
    isErased(uid);
  });

  it('is erased after a password change was reported first', async () => {
    const { uid } = world.ada;
    changePassword();
    await eventsArrive();
    await world.later();
    expect(ended()?.reason).toBe('password_changed');
    deleteAccount();
    await world.mock.events.idle();
    await world.later();
    await world.later();
    isErased(uid);
  });

  it('is erased beneath a sign-in that has just begun', async () => {
    const { uid } = world.ada;
    deleteAccount();
    await proof();
    let finish = () => {};
    const { simulatedUser } = world.host;
    world.signsInAs('lin@example.com');
    const { simulatedUser: lin } = world.host;
    world.host.simulatedUser = async (url) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return lin(url);
    };
    const attempt = world.session.signIn();
    await expect.poll(() => world.view().phase).toBe('window');
    await eventsArrive();
    await world.later();
    expect(world.view()).toMatchObject({ status: 'signingIn', endReason: { reason: 'account_deleted' } });
    expect(world.stored()).not.toContain(uid);
    finish();
    await attempt;
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
    world.host.simulatedUser = simulatedUser;
  });
});

describe('a changed password, reported after the grant was rejected', () => {
  it('is shown as the reason, and the data stays', async () => {
    changePassword();
    await proof();
    const { at } = ended() ?? {};
    await eventsArrive();
    await world.later();
    expect(world.view()).toMatchObject({
      status: 'needsReauth',
      account: { email: 'ada@example.com' },
      endReason: { reason: 'password_changed', at },
    });
  });

  it('may still be followed by a deleted account', async () => {
    const { uid } = world.ada;
    changePassword();
    await proof();
    await eventsArrive();
    await world.later();
    expect(ended()?.reason).toBe('password_changed');
    deleteAccount();
    await world.mock.events.idle();
    await world.later();
    isErased(uid);
  });
});
