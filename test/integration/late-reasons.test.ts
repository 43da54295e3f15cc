// What the companion tells only after Mozilla accounts has proved that the grant is gone: the reason shown follows, and a
// deleted account is erased. It reaches the session it is about, and no other.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCompanionWorld, type CompanionWorld } from './companion-world.ts';
import { CLIENT } from './world.ts';

let world: CompanionWorld;
beforeEach(async () => {
  world = await createCompanionWorld();
  await world.startCompanion();
  await world.session.signIn();
  await world.session.tend();
  expect(seats()).toHaveLength(1);
  holdEvents(true);
});
afterEach(async () => {
  expect(world.host.reports).toEqual([]);
  await world.stop();
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const seats = () =>
  [world.host.local, world.host.memory].flatMap((area) =>
    Object.keys((area.get('companion') as object) ?? {}),
  );
const holdEvents = (eventsHeld: boolean) => world.standin.faults.change({ eventsHeld });
const ended = () => world.view().ended;

const deleteAccount = () => world.standin.store.deleteAccount(world.ada.uid);
const changePassword = () => world.standin.store.changePassword(world.ada, 'another horse');
const disconnect = () => world.standin.store.disconnect(world.ada.uid, CLIENT);

/** The popup is opened, and what it asks needs a new token. */
async function popupOpens(): Promise<void> {
  world.host.memory.delete('tokens');
  await world.session.popupOpened();
}

/** Mozilla accounts proves that the grant is gone, before anything is heard of why. */
async function proof(): Promise<void> {
  await popupOpens();
  expect(world.view()).toMatchObject({
    status: 'needsReauth',
    account: { email: 'ada@example.com' },
    ended: { reason: 'grant_revoked' },
  });
}

/** The events that were held arrive at the companion. */
async function eventsArrive(): Promise<void> {
  holdEvents(false);
  await world.standin.events.idle();
}

function isErased(uid: string): void {
  expect(world.view()).toMatchObject({ status: 'signedOut', ended: { reason: 'account_deleted' } });
  expect(world.view()).not.toHaveProperty('account');
  for (const known of [uid, 'ada@example.com', 'Ada Lovelace']) expect(world.stored()).not.toContain(known);
}

/** What is shown to the companion as a bearer from now on, by path. */
function shownToCompanion(): { path: string; bearer: string | null }[] {
  const shown: { path: string; bearer: string | null }[] = [];
  const { fetch: network } = world.host;
  world.host.fetch = (input, init) => {
    const { pathname: path } = new URL(String(input));
    if (path.startsWith('/v1/session'))
      shown.push({ path, bearer: new Headers(init?.headers).get('authorization') });
    return network(input, init);
  };
  return shown;
}

describe('a deletion that is heard of after the proof', () => {
  it('erases the account, by the alarm alone', async () => {
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
    await world.session.tend();
    expect(seats()).toEqual([]);
    expect(world.host.alarms.has('fxa:companion')).toBe(false);
  });

  it('erases it when the popup is opened again', async () => {
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
  ])('erases it over a restart of %s in between', async (_what, forget) => {
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

  it('erases it when the companion was away for two days', async () => {
    const { uid } = world.ada;
    await world.stopCompanion();
    deleteAccount();
    await proof();
    for (let hour = 0; hour < 48; hour++) {
      world.host.skew += HOUR;
      await world.session.tend();
    }
    expect(world.view().status).toBe('needsReauth');
    await world.restartCompanion();
    await eventsArrive();
    world.host.skew += 2 * HOUR;
    await world.session.tend();
    isErased(uid);
  });

  it('erases it where a new password came first, and was told', async () => {
    const { uid } = world.ada;
    changePassword();
    await eventsArrive();
    await world.later();
    expect(ended()?.reason).toBe('password_changed');
    deleteAccount();
    await world.standin.events.idle();
    await world.later();
    await world.later();
    isErased(uid);
  });

  it('erases it beneath a sign-in that has only begun', async () => {
    const { uid } = world.ada;
    deleteAccount();
    await proof();
    let finish = () => {};
    const { person } = world.host;
    world.signsInAs('lin@example.com');
    const { person: lin } = world.host;
    world.host.person = async (url) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return lin(url);
    };
    const attempt = world.session.signIn();
    await expect.poll(() => world.view().phase).toBe('window');
    await eventsArrive();
    await world.later();
    expect(world.view()).toMatchObject({ status: 'signingIn', ended: { reason: 'account_deleted' } });
    expect(world.stored()).not.toContain(uid);
    finish();
    await attempt;
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
    world.host.person = person;
  });
});

describe('a new password that is heard of after the proof', () => {
  it('is the reason that is shown, and the data stays', async () => {
    changePassword();
    await proof();
    const { at } = ended() ?? {};
    await eventsArrive();
    await world.later();
    expect(world.view()).toMatchObject({
      status: 'needsReauth',
      account: { email: 'ada@example.com' },
      ended: { reason: 'password_changed', at },
    });
  });

  it('is not the last word: the account may be deleted yet', async () => {
    const { uid } = world.ada;
    changePassword();
    await proof();
    await eventsArrive();
    await world.later();
    expect(ended()?.reason).toBe('password_changed');
    deleteAccount();
    await world.standin.events.idle();
    await world.later();
    isErased(uid);
  });
});

describe('nothing is erased', () => {
  it('while the companion says nothing', async () => {
    disconnect();
    await proof();
    await eventsArrive();
    for (let hour = 0; hour < 24; hour++) {
      world.host.skew += HOUR;
      await world.session.tend();
    }
    expect(world.view()).toMatchObject({ status: 'needsReauth', account: { email: 'ada@example.com' } });
    expect(ended()?.reason).toBe('grant_revoked');
  });

  it.each([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['500', () => new Response('{}', { status: 500 })],
    ['a bare 401', () => new Response('{}', { status: 401 })],
    ['an unknown end', () => Response.json({ error: 'session_ended', reason: 'weather' }, { status: 401 })],
    ['a session nobody knows', () => Response.json({ error: 'unknown_session' }, { status: 401 })],
  ])('by %s', async (_name, answer) => {
    deleteAccount();
    await proof();
    const { fetch: network } = world.host;
    world.host.fetch = (...request) =>
      String(request[0]).includes('/v1/session') ? Promise.resolve(answer()) : network(...request);
    await world.later();
    await world.later();
    expect(world.view()).toMatchObject({ status: 'needsReauth', account: { email: 'ada@example.com' } });
    expect(ended()?.reason).toBe('grant_revoked');
  });
});

it('is asked for no longer than Mozilla accounts goes on telling, and ever more rarely', async () => {
  disconnect();
  await proof();
  await eventsArrive();
  const shown = shownToCompanion();
  for (let minute = 0; minute < 8 * 24 * 60; minute += 5) {
    world.host.skew += 5 * MINUTE;
    const alarm = world.host.alarms.get('fxa:companion');
    if (alarm !== undefined && alarm <= Date.now() + world.host.skew) {
      world.host.alarms.delete('fxa:companion');
      await world.session.tend();
    }
  }
  const asked = shown.filter(({ path }) => path === '/v1/session').length;
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(60);
  // It has taken leave, and nothing wakes for it.
  expect(shown.at(-1)?.path).toBe('/v1/session/end');
  expect(seats()).toEqual([]);
  expect(world.host.alarms.has('fxa:companion')).toBe(false);
  expect(world.view().status).toBe('needsReauth');
});

describe('who signs in again before it is heard of', () => {
  it('as another account ends the old companion session, and is not touched by what it would have told', async () => {
    deleteAccount();
    await proof();
    world.signsInAs('lin@example.com');
    const [old] = seats();
    const shown = shownToCompanion();
    await world.session.signIn();
    await world.session.tend();
    expect(world.view()).toMatchObject({ status: 'signedIn', replacedOther: true });
    expect(seats()).toHaveLength(1);
    expect(seats()).not.toContain(old);
    expect(shown.map(({ path }) => path)).toContain('/v1/session/end');
    await eventsArrive();
    await world.later();
    await world.later();
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  });

  it('as the same account is not told of the old password again', async () => {
    changePassword();
    await proof();
    const before = seats();
    world.ada.password = 'correct horse';
    world.signsInAs('ada@example.com');
    await world.session.signIn();
    expect(world.view().status).toBe('signedIn');
    await eventsArrive();
    await world.later();
    await world.later();
    expect(world.view().status).toBe('signedIn');
    expect(world.view()).not.toHaveProperty('ended');
    expect(seats()).not.toEqual(before);
  });

  it('while the answer is on its way keeps what is theirs', async () => {
    deleteAccount();
    await proof();
    await eventsArrive();
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    const { fetch: network } = world.host;
    let asked = false;
    world.host.fetch = async (...request) => {
      const response = await network(...request);
      if (asked || !String(request[0]).endsWith('/v1/session')) return response;
      asked = true;
      await held;
      return response;
    };
    const hearing = world.later();
    await expect.poll(() => asked).toBe(true);
    world.signsInAs('lin@example.com');
    await world.session.signIn();
    answer();
    await hearing;
    expect(world.view()).toMatchObject({ status: 'signedIn', account: { email: 'lin@example.com' } });
  });
});

it('who signs out instead hands the companion session back', async () => {
  disconnect();
  await proof();
  const shown = shownToCompanion();
  await world.session.signOut();
  await world.session.tend();
  expect(shown.map(({ path }) => path)).toEqual(['/v1/session/end']);
  expect(seats()).toEqual([]);
});

it('an opt-out after the proof still has the counts forgotten, and the reason is still heard', async () => {
  const { uid } = world.ada;
  world.host.consent = true;
  await world.session.popupOpened();
  world.host.skew += MINUTE;
  await world.session.tend();
  expect(await world.counted()).not.toEqual([]);
  disconnect();
  await proof();
  await world.session.setMetrics(false);
  world.host.skew += MINUTE;
  await world.session.tend();
  expect(await world.counted()).toEqual([]);
  deleteAccount();
  await eventsArrive();
  await world.later();
  isErased(uid);
});
