// What a slow, lying or missing companion must not be able to do, and what may overlap with a poll; one case each.
import { ALARMS } from '../../src/session/state/storage-items.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSession } from '../../src/session/index.ts';
import { ada } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

const MINUTE = 60_000;

let harness: FaultHarness;
beforeEach(async () => {
  harness = createFaultHarness({ companion: true });
  await done(harness.session.signIn());
  await tend();
});
afterEach(() => {
  expect(harness.host.reports).toEqual([]);
  harness.stop();
});

const done = <T>(work: Promise<T>) => harness.time.until(work, 'the work');
const tend = () => done(harness.session.runMaintenance());
const later = (minutes: number) => {
  harness.host.skew += minutes * MINUTE;
  return tend();
};
const allowsMetrics = () => harness.view()?.account?.metricsEnabled;
const companionSessions = () => Object.keys(harness.host.local.get('companion') ?? {});

/** Holds every call of that name until it is released. */
function hold(call: string, way: 'out' | 'back') {
  let release = () => {};
  let arrive = () => {};
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const gate = new Promise<void>((resolve) => (release = resolve));
  harness.host.hold = async (held) => {
    if (held.call !== call || held.way !== way) return;
    arrive();
    await gate;
  };
  return { reached, release };
}

/** Counts requests to paths with this prefix, from now on. */
function counted(path: string) {
  const count = { calls: 0 };
  harness.host.onCall = (when, name) => {
    if (when === 'before' && name.startsWith(`fetch ${path}`)) count.calls++;
  };
  return count;
}

describe('an opt-out', () => {
  it.each(['can', 'cannot'])(
    'closes, though an older look comes in, and the profile %s be had',
    async (can) => {
      const old = hold('fetch /v1/profile', 'back');
      const looking = harness.session.refreshProfile();
      await old.reached;
      harness.mock.store.setMetricsEnabled(ada(harness), false);
      harness.host.skew += 7 * MINUTE;
      const hearing = harness.session.runMaintenance();
      await expect.poll(allowsMetrics).toBe(false);
      if (can === 'cannot')
        harness.mock.faults.set([{ where: 'profile', what: { kind: 'status', status: 503 } }]);
      old.release();
      await done(Promise.all([looking, hearing]));
      expect(allowsMetrics()).toBe(false);
    },
  );

  it('from before there was a companion session closes when there is one', async () => {
    harness.companion.forget();
    harness.companion.mood = 'down';
    await later(6);
    harness.mock.store.setMetricsEnabled(ada(harness), false);
    harness.companion.mood = 'truthful';
    await later(60);
    expect(allowsMetrics()).toBe(false);
  });
});

it('a change of which the companion hears while its session is refreshed is still news', async () => {
  const account = ada(harness);
  // It isn't refreshed only for counts that are blocked anyway.
  harness.host.consent = true;
  harness.mock.store.setMetricsEnabled(account, false);
  harness.mock.store.setMetricsEnabled(account, true);
  harness.host.skew += 7 * MINUTE;
  const refresh = hold('fetch /v1/sessions', 'out');
  const hearing = harness.session.runMaintenance();
  await refresh.reached;
  account.displayName = 'Countess';
  harness.mock.store.profileChanged(account);
  refresh.release();
  await done(hearing);
  await later(6);
  expect(harness.view()?.account?.displayName).toBe('Countess');
});

it.each([
  ['says of every session that it has ended', () => (harness.companion.mood = 'lies')],
  ['forgets every session', () => harness.companion.forget()],
])('a companion that %s is asked ever more rarely', async (_name, again) => {
  const asked = counted('/v1/session');
  for (let minute = 0; minute < 240; minute++) {
    again();
    await later(1);
  }
  expect(harness.view()?.status).toBe('signedIn');
  expect(asked.calls).toBeGreaterThan(3);
  expect(asked.calls).toBeLessThan(20);
  harness.companion.mood = 'truthful';
  await later(8 * 60);
  await later(8 * 60);
  expect(companionSessions()).toHaveLength(1);
  // After a success the interval goes by use again.
  await done(harness.session.popupOpened());
  await tend();
  const { calls } = asked;
  await later(7);
  expect(asked.calls).toBe(calls + 1);
});

it('keeps polling after the clock was set back', async () => {
  await later(60);
  const asked = counted('/v1/session');
  await later(-30);
  expect(asked.calls).toBe(1);
});

describe('sign-out', () => {
  const grants = () => harness.mock.store.liveGrants();

  it('does not wait for what the companion is asked', async () => {
    harness.host.skew += 7 * MINUTE;
    const slow = hold('fetch /v1/session', 'out');
    const asking = harness.session.runMaintenance();
    await slow.reached;
    await done(harness.session.signOut());
    await expect.poll(grants).toEqual([]);
    slow.release();
    await done(asking);
    await tend();
    expect(companionSessions()).toEqual([]);
  });

  it('comes back to the grant when the background dies while it is handed over', async () => {
    const slow = hold('fetch /v1/session/end', 'out');
    await done(harness.session.signOut());
    await slow.reached;
    expect(harness.host.alarms.has(ALARMS.outbox)).toBe(true);
    slow.release();
    await tend();
    expect(grants()).toEqual([]);
    expect(harness.host.alarms.has(ALARMS.outbox)).toBe(false);
  });

  it('destroys the grant where the key of the companion session cannot be had', async () => {
    const { ports } = harness.host.start();
    const open = () => Promise.reject(new Error('A mutation operation was attempted on a database'));
    const session = createSession({ ...ports, vault: { ...ports.vault, open } }, harness.config);
    await done(session.signOut());
    await done(session.runMaintenance());
    expect(grants()).toEqual([]);
    expect(companionSessions()).toEqual([]);
  });
});
