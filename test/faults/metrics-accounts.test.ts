// Counts of one account stay its own: what happens to them when it signs out, and when they are deleted.
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/session/metrics/queue.ts';
import { OUTBOX_ALARM } from '../../src/session/sign-out/outbox.ts';
import { createMetricsHarness } from './metrics-harness.ts';
import { isDeletionPending } from './invariants.ts';
import { LIN } from './steps.ts';

const one = createMetricsHarness();
const { done, later, queue, held, signedIn, open } = one;

describe('counts of one account', () => {
  const lin = () => {
    const account = one.world.mock.store.accounts.byEmail(LIN);
    if (!account) throw new Error('Lin has no account.');
    return account;
  };
  const names = () => queue().waiting.map(({ name }) => name);

  it('are sent as it leaves, its sign-out among them, and nothing of it waits for the next', async () => {
    await signedIn();
    one.world.companion.mood = 'down';
    await later(6);
    await open();
    one.world.companion.mood = 'truthful';
    await done(one.world.session.signOut());
    await one.world.time.quiet();
    expect([names(), held()]).toEqual([[], 5]);
    expect(queue().sent.map(({ name }) => name)).toContain('signed_out');
    one.world.mock.store.setMetricsEnabled(lin(), true);
    one.world.signsInAs(LIN);
    await done(one.world.session.signIn());
    await later(6);
    expect([held(), held(LIN)]).toEqual([5, 2]);
  });

  it('are never filed under another that takes its place, engage included', async () => {
    one.world.mock.store.setMetricsEnabled(lin(), true);
    await signedIn();
    one.world.companion.mood = 'down';
    await later(6);
    await open();
    expect(names()).toEqual(['popup_opened', 'engage']);
    one.world.companion.mood = 'truthful';
    one.world.signsInAs(LIN);
    await done(one.world.session.signIn({ askWho: true }));
    await later(6);
    expect([held(), held(LIN)]).toEqual([5, 1]);
    await open();
    expect(queue().engaged).toBeDefined();
    await later(6);
    expect(held(LIN)).toBe(3);
  });

  it('are dropped when it leaves and the gate was closed for it, or is by now', async () => {
    await signedIn();
    one.world.companion.mood = 'down';
    await later(6);
    await open();
    one.world.companion.mood = 'truthful';
    one.world.signsInAs(LIN);
    one.asked = [];
    // Lin opts out.
    await done(one.world.session.signIn({ askWho: true }));
    await later(6);
    expect([one.asked, names(), held(), held(LIN)]).toEqual([[], [], 2, 0]);
  });

  it('are forgotten by its own session, though another has come: that one is never asked to', async () => {
    await signedIn();
    one.world.companion.mood = 'down';
    await done(one.world.session.setMetrics(false));
    await done(one.world.session.signOut());
    await one.world.time.quiet();
    one.world.signsInAs(LIN);
    await done(one.world.session.signIn());
    expect(queue().purge).toBe(true);
    one.asked = [];
    one.world.companion.mood = 'truthful';
    // No popup is open: only the alarm wakes it.
    expect(one.world.host.alarms.has(OUTBOX_ALARM)).toBe(true);
    await later(61);
    expect([one.asked, held(), isDeletionPending(one.world)]).toEqual([['DELETE /v1/metrics'], 0, false]);
    expect(queue()).not.toHaveProperty('purge');
    await later(61);
    expect(one.asked).toHaveLength(1);
  });

  it('are given up after thirty days, and are asked for ever more rarely until then', async () => {
    await signedIn();
    one.world.companion.mood = 'down';
    await done(one.world.session.setMetrics(false));
    await done(one.world.session.signOut());
    await one.world.time.quiet();
    one.asked = [];
    for (let minutes = 0; minutes < 12 * 60; minutes += 5) await later(5);
    expect(one.asked.length).toBeGreaterThan(6);
    expect(one.asked.length).toBeLessThan(24);
    await later(31 * 24 * 60);
    await later(60);
    expect([isDeletionPending(one.world), one.world.host.alarms.has(OUTBOX_ALARM)]).toEqual([false, false]);
  });

  it('are still to be forgotten where the companion says 200 and means nothing by it', async () => {
    await signedIn();
    await done(one.world.session.setMetrics(false));
    await one.world.time.quiet();
    expect(held()).toBe(0);
    await done(one.world.session.setMetrics(true));
    await open();
    await later(6);
    expect(held()).toBeGreaterThan(0);
    one.instead = new Response('<html>', { status: 200 });
    await done(one.world.session.setMetrics(false));
    await one.world.time.quiet();
    expect([held() > 0, isDeletionPending(one.world)]).toEqual([true, true]);
    await later(61);
    await later(61);
    expect([held(), isDeletionPending(one.world)]).toEqual([0, false]);
  });
});

it('a flow that cannot be had shuts the companion for nothing else', async () => {
  one.instead = Response.json(
    { error: 'accounts_unavailable' },
    { status: 503, headers: { 'retry-after': '3600' } },
  );
  await open();
  await done(one.world.session.signIn());
  await later(6);
  expect(one.asked).toEqual(['GET /v1/metrics-flow', 'POST /v1/metrics']);
});

it('begins no flow during a sign-in, and leaves none afterwards', async () => {
  const { simulatedUser } = one.world.host;
  let go: () => unknown = () => undefined;
  one.world.host.simulatedUser = (url) =>
    new Promise((resolve, reject) => (go = () => simulatedUser(url).then(resolve, reject)));
  const work = one.world.session.signIn();
  await one.world.time.quiet();
  await open();
  expect(one.asked).toEqual([]);
  one.world.host.memory.set('flow', { flowId: 'a'.repeat(64) });
  go();
  await done(work);
  expect(one.world.host.memory.get('flow')).toBeNull();
});

it('counts for another companion or client are not read, and are written over', async () => {
  await signedIn();
  const mine = queue();
  one.world.host.local.set(METRICS, { ...mine, waiting: mine.sent, at: 'https://elsewhere.example x' });
  await done(one.world.restart());
  expect([queue().waiting, queue().sent]).toEqual([[], []]);
  expect(held()).toBe(2);
});
