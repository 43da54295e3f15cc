// Counts of one account stay its own: what happens to them when it signs out, and when they are deleted.
import { LOCAL, ALARMS } from '../../src/session/state/storage-items.ts';
import { describe, expect, it } from 'vitest';

import { createMetricsHarness } from './metrics-harness.ts';
import { isDeletionPending } from './invariants.ts';
import { ada, LIN } from './steps.ts';

const one = createMetricsHarness();
const { done, later, queue, held, signedIn, open } = one;

describe('counts of one account', () => {
  const lin = () => {
    const account = one.harness.mock.store.accounts.byEmail(LIN);
    if (!account) throw new Error('Lin has no account.');
    return account;
  };
  const names = () => queue().pending.map(({ name }) => name);

  it('are dropped when it signs out, and never sent as those of the next', async () => {
    await signedIn();
    one.harness.companion.mood = 'down';
    await later(6);
    await open();
    one.harness.companion.mood = 'truthful';
    await done(one.harness.session.signOut());
    await one.harness.time.quiet();
    expect([names(), queue().sent, held()]).toEqual([[], [], 2]);
    one.harness.mock.store.setMetricsEnabled(lin(), true);
    one.harness.signsInAs(LIN);
    await done(one.harness.session.signIn());
    await later(6);
    expect([held(), held(LIN)]).toEqual([2, 2]);
  });

  it('are dropped when another takes its place, engage included', async () => {
    one.harness.mock.store.setMetricsEnabled(lin(), true);
    await signedIn();
    one.harness.companion.mood = 'down';
    await later(6);
    await open();
    expect(names()).toEqual(['popup_opened', 'engage']);
    one.harness.companion.mood = 'truthful';
    one.harness.signsInAs(LIN);
    await done(one.harness.session.signIn({ forceLogin: true }));
    await later(6);
    expect([held(), held(LIN)]).toEqual([2, 1]);
    await open();
    expect(queue().lastEngaged).toBeDefined();
    await later(6);
    expect(held(LIN)).toBe(3);
  });

  it('are dropped when another takes its place who has opted out', async () => {
    await signedIn();
    one.harness.companion.mood = 'down';
    await later(6);
    await open();
    one.harness.companion.mood = 'truthful';
    one.harness.signsInAs(LIN);
    one.asked = [];
    await done(one.harness.session.signIn({ forceLogin: true }));
    await later(6);
    expect([one.asked, names(), held(), held(LIN)]).toEqual([[], [], 2, 0]);
  });

  it('stay when the same account signs in again after Mozilla accounts ended its session', async () => {
    await signedIn();
    await later(6);
    one.harness.companion.mood = 'down';
    await open();
    one.harness.mock.store.disconnect(ada(one.harness).uid, one.harness.config.clientId);
    await done(one.harness.session.suspectEnd('password_changed'));
    expect(one.harness.view()?.status).toBe('needsReauth');
    one.harness.companion.mood = 'truthful';
    await done(one.harness.session.signIn());
    await later(60);
    await later(6);
    expect(one.harness.companion.received.get('reauth_asked  2026-11-21')).toBe(1);
    // A later opt-out deletes those of both sessions, which the companion doesn't tell apart.
    await done(one.harness.session.setMetrics(false));
    await later(6);
    expect([held(), isDeletionPending(one.harness)]).toEqual([0, false]);
  });

  describe('which it asked to delete just before signing out', () => {
    const signsOutWhileDown = async () => {
      await signedIn();
      one.harness.companion.mood = 'down';
      await done(one.harness.session.setMetrics(false));
      await done(one.harness.session.signOut());
      await one.harness.time.quiet();
      expect(isDeletionPending(one.harness)).toBe(true);
    };

    it('are deleted before any count of a renewed consent is sent', async () => {
      await signsOutWhileDown();
      one.harness.companion.mood = 'truthful';
      const { fetch } = one.harness.host;
      let isEndRefused = true;
      one.harness.host.fetch = (url, init) =>
        isEndRefused && new URL(String(url)).pathname === '/v1/session/end'
          ? Promise.resolve(new Response(null, { status: 503 }))
          : fetch(url, init);
      await done(one.harness.session.signIn());
      await done(one.harness.session.setMetrics(true));
      one.asked = [];
      await open();
      await later(60);
      await later(6);
      expect([isDeletionPending(one.harness), one.asked]).toEqual([true, []]);
      isEndRefused = false;
      await later(400);
      await later(6);
      expect(isDeletionPending(one.harness)).toBe(false);
      expect(one.asked).toContain('POST /v1/metrics');
      expect(held()).toBeGreaterThan(0);
    });

    it.each([
      ['the background', () => undefined],
      [
        'the browser',
        () => {
          one.harness.host.memory.clear();
          one.harness.host.alarms.clear();
        },
      ],
    ])('are deleted with the end of its own session, after a restart of %s too', async (_what, forget) => {
      await signsOutWhileDown();
      forget();
      await done(one.harness.restart());
      one.harness.signsInAs(LIN);
      await done(one.harness.session.signIn());
      expect(isDeletionPending(one.harness)).toBe(true);
      one.asked = [];
      one.harness.companion.mood = 'truthful';
      // No popup is open: only the alarm wakes it.
      expect(one.harness.host.alarms.has(ALARMS.outbox)).toBe(true);
      await later(61);
      // No session of another account is asked to do it.
      expect([one.asked, held(), isDeletionPending(one.harness)]).toEqual([[], 0, false]);
      expect(Object.keys(one.harness.host.local.get('companion') ?? {})).toHaveLength(1);
    });

    it('are asked for ever more rarely, and given up in the end', async () => {
      await signsOutWhileDown();
      const ends: string[] = [];
      one.harness.host.onCall = (when, name) => {
        if (when === 'before' && name.includes('/v1/session/end')) ends.push(name);
      };
      for (let minutes = 0; minutes < 12 * 60; minutes += 5) await later(5);
      expect(ends.length).toBeGreaterThan(6);
      expect(ends.length).toBeLessThan(24);
      for (let hours = 0; hours < 30 * 8; hours += 8) await later(8 * 60);
      expect([isDeletionPending(one.harness), one.harness.host.alarms.has(ALARMS.outbox)]).toEqual([
        false,
        false,
      ]);
      expect(Object.keys(one.harness.host.local.get('companion') ?? {})).toEqual([]);
    });
  });

  it('are still to be forgotten where the companion says 200 and means nothing by it', async () => {
    await signedIn();
    await done(one.harness.session.setMetrics(false));
    await one.harness.time.quiet();
    expect(held()).toBe(0);
    await done(one.harness.session.setMetrics(true));
    await open();
    await later(6);
    expect(held()).toBeGreaterThan(0);
    one.instead = new Response('<html>', { status: 200 });
    await done(one.harness.session.setMetrics(false));
    await one.harness.time.quiet();
    expect([held() > 0, isDeletionPending(one.harness)]).toEqual([true, true]);
    await later(61);
    await later(61);
    expect([held(), isDeletionPending(one.harness)]).toEqual([0, false]);
  });
});

it('a flow that cannot be had shuts the companion for nothing else', async () => {
  one.instead = Response.json(
    { error: 'accounts_unavailable' },
    { status: 503, headers: { 'retry-after': '3600' } },
  );
  await open();
  await done(one.harness.session.signIn());
  await later(6);
  expect(one.asked).toEqual(['GET /v1/metrics-flow', 'POST /v1/metrics']);
});

it('begins no flow during a sign-in, and leaves none afterwards', async () => {
  const { simulatedUser } = one.harness.host;
  let go: () => unknown = () => undefined;
  one.harness.host.simulatedUser = (url) =>
    new Promise((resolve, reject) => (go = () => simulatedUser(url).then(resolve, reject)));
  const work = one.harness.session.signIn();
  await one.harness.time.quiet();
  await open();
  expect(one.asked).toEqual([]);
  one.harness.host.memory.set('flow', { flowId: 'a'.repeat(64) });
  go();
  await done(work);
  expect(one.harness.host.memory.get('flow')).toBeNull();
});

it('counts for another companion or client are not read, and are written over', async () => {
  await signedIn();
  const mine = queue();
  one.harness.host.local.set(LOCAL.metrics, {
    ...mine,
    pending: mine.sent,
    deployment: 'https://elsewhere.example x',
  });
  await done(one.harness.restart());
  expect([queue().pending, queue().sent]).toEqual([[], []]);
  expect(held()).toBe(2);
});
