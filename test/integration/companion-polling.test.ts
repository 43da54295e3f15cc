// How often a copy asks the companion: by use, by what the companion asks for, and whatever kills the background.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPANION_PATHS, POLL_AFTER } from '../../src/contract/companion.ts';
import { ALARMS } from '../../src/session/state/storage-items.ts';
import { createCompanionHarness, EVERY, type CompanionHarness } from './companion-harness.ts';
import { HOUR, MINUTE } from './ending-steps.ts';

const DAY = 24 * HOUR;

let harness: CompanionHarness;
let polls: number;
/** Seconds that the companion asks for. */
let pollAfter: string | undefined;
beforeEach(async () => {
  harness = await createCompanionHarness();
  await harness.startCompanion();
  polls = 0;
  pollAfter = undefined;
  const { fetch: network } = harness.host;
  harness.host.fetch = async (...request) => {
    const answer = await network(...request);
    if (new URL(String(request[0])).pathname !== COMPANION_PATHS.session) return answer;
    polls++;
    const { status, body } = answer;
    const headers = new Headers(answer.headers);
    if (pollAfter !== undefined) headers.set(POLL_AFTER, pollAfter);
    return new Response(body, { status, headers });
  };
  await harness.session.signIn();
  await harness.session.runMaintenance();
  await harness.later();
  expect(polls).toBe(1);
});
afterEach(async () => {
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

const now = () => Date.now() + harness.host.skew;
const pollIn = () => (harness.host.alarms.get(ALARMS.companion) ?? NaN) - now();
const openPopup = async () => {
  await harness.session.popupOpened();
  await harness.session.runMaintenance();
};

/** Lets the time pass; every alarm wakes a new background. Resolves with how many were for the companion. */
async function pass(time: number): Promise<number> {
  const end = now() + time;
  let wakes = 0;
  for (;;) {
    const [name, at] = [...harness.host.alarms].sort(([, a], [, b]) => a - b)[0] ?? ['', Infinity];
    if (at > end) break;
    harness.host.alarms.delete(name);
    harness.host.skew = Math.max(harness.host.skew, at - Date.now());
    if (name === ALARMS.companion) wakes++;
    await harness.restart();
  }
  harness.host.skew = Math.max(harness.host.skew, end - Date.now());
  return wakes;
}

/** The same for a day, with the popup opened so many times in its first sixteen hours. */
async function passDay(popups: number): Promise<number> {
  let wakes = 0;
  const began = now();
  for (let opened = 0; opened < popups; opened++) {
    await openPopup();
    wakes += await pass((16 * HOUR) / popups);
  }
  return wakes + (await pass(began + DAY - now()));
}

describe('in a day', () => {
  it.each([
    ['a copy without use', 0, 3, 4],
    ['a copy whose popup is opened once', 1, 15, 20],
    ['a copy whose popup is opened every half hour', 32, 155, 185],
  ])('wakes %s less often for the companion than each five minutes', async (_who, popups, least, most) => {
    await pass(DAY);
    polls = 0;
    const wakes = await passDay(popups);
    expect(wakes).toBeGreaterThanOrEqual(least);
    expect(wakes).toBeLessThanOrEqual(most);
    // Opening the popup asks, too, in a background that is awake anyway.
    expect(polls).toBeGreaterThanOrEqual(wakes);
    expect(polls).toBeLessThanOrEqual(wakes + popups);
    expect(DAY / (EVERY * 1000)).toBe(288);
  });
});

describe('after a quiet day', () => {
  beforeEach(async () => {
    await pass(DAY);
    polls = 0;
    expect(pollIn()).toBeGreaterThan(0);
    await pass(MINUTE);
  });

  it('other alarms that wake the background neither ask nor postpone the next poll', async () => {
    const at = harness.host.alarms.get(ALARMS.companion);
    await harness.restart();
    await harness.session.runMaintenance();
    expect(polls).toBe(0);
    expect(harness.host.alarms.get(ALARMS.companion)).toBe(at);
  });

  it('a popup asks at once, and then each five minutes', async () => {
    await openPopup();
    expect(polls).toBe(1);
    expect(pollIn()).toBeLessThanOrEqual(EVERY * 1250);
    expect(await pass(30 * MINUTE)).toBe(5);
  });

  it('a call for a token asks at once, and then each five minutes', async () => {
    await harness.session.accessToken('profile');
    await expect.poll(() => polls).toBe(1);
    await expect.poll(pollIn).toBeLessThanOrEqual(EVERY * 1250);
    // A background that forgot the use would not.
    await harness.restart();
    expect(pollIn()).toBeLessThanOrEqual(EVERY * 1250);
  });

  it('a start of the browser asks at once, and remembers the last use', async () => {
    harness.host.memory.clear();
    harness.host.alarms.clear();
    await harness.restart();
    expect(polls).toBe(1);
    expect(pollIn()).toBeGreaterThan(5 * HOUR);
  });

  it('a wake of the device asks at once', async () => {
    await harness.session.runMaintenance({ atOnce: true });
    expect(polls).toBe(1);
    await harness.session.runMaintenance({ atOnce: true });
    expect(polls).toBe(1);
  });
});

describe('a companion that asks for a pause', () => {
  it.each(['an answer that something has changed', 'an answer that nothing has'])(
    'is obeyed after %s',
    async (which) => {
      pollAfter = '7200';
      if (which.endsWith('changed')) {
        harness.mock.store.profileChanged(harness.ada);
        await harness.mock.events.idle();
      }
      await harness.later();
      expect(polls).toBe(2);
      expect(await pass(2 * HOUR)).toBe(0);
      await openPopup();
      expect(polls).toBe(2);
      await pass(HOUR / 2);
      expect(polls).toBe(3);
    },
  );

  it.each(['60', 'soon', '-1'])('never shortens the interval by asking for %s', async (asked) => {
    pollAfter = asked;
    await harness.later();
    expect(pollIn()).toBeGreaterThan((EVERY - 1) * 1000);
    expect(pollIn()).toBeLessThanOrEqual(EVERY * 1250);
  });
});

it('an alarm is left when the background is killed while it asks', async () => {
  const { fetch: network } = harness.host;
  let asked = false;
  harness.host.fetch = (...request) => {
    if (new URL(String(request[0])).pathname !== COMPANION_PATHS.session) return network(...request);
    asked = true;
    return new Promise(() => undefined);
  };
  // The browser removes an alarm as it fires.
  harness.host.alarms.delete(ALARMS.companion);
  void harness.later();
  await expect.poll(() => asked).toBe(true);
  harness.kill();
  harness.host.fetch = network;
  expect(pollIn()).toBeGreaterThan(0);
  expect(pollIn()).toBeLessThanOrEqual(EVERY * 1000);
  await pass(EVERY * 1000);
  expect(polls).toBe(2);
});
