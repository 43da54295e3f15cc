// Metrics from the popup to the companion's database, and back out of it; with a real companion and a real mock server.
import { LOCAL } from '../../src/session/state/storage-items.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EMPTY_QUEUE, type MetricsQueue } from '../../src/session/metrics/queue.ts';
import { createCompanionHarness, type CompanionHarness } from './companion-harness.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let harness: CompanionHarness;
/** The requests to `/v1/metrics` and `/v1/metrics-flow`, and how they ended. */
let asked: string[];

beforeEach(async () => {
  harness = await createCompanionHarness();
  await harness.startCompanion();
  harness.host.consent = true;
  // However late it is, and however far the clock is put forward here, this is the companion's own day: it takes none
  // that has not begun by its clock.
  harness.host.skew = -(Date.now() % DAY);
  asked = [];
  const { fetch: network } = harness.host;
  harness.host.fetch = async (url, init) => {
    const response = await network(url, init);
    const { pathname } = new URL(String(url));
    if (pathname.startsWith('/v1/metrics'))
      asked.push(`${init?.method ?? 'GET'} ${pathname} ${response.status}`);
    return response;
  };
});
afterEach(async () => {
  expect(harness.host.reports).toEqual([]);
  await harness.stop();
});

const queue = () => (harness.host.local.get(LOCAL.metrics) ?? EMPTY_QUEUE) as MetricsQueue;
const names = (which: 'pending' | 'sent') => {
  const { [which]: lines } = queue();
  return lines.map(({ name }) => name).sort();
};

async function signIn(): Promise<URL> {
  let opened = '';
  const { simulatedUser } = harness.host;
  harness.host.simulatedUser = (url) => {
    opened = url;
    return simulatedUser(url);
  };
  await harness.session.signIn();
  harness.host.simulatedUser = simulatedUser;
  return new URL(opened);
}

it('sends counts from the popup to the companion by day and name, and engage to Mozilla accounts', async () => {
  await harness.session.popupOpened();
  await signIn();
  expect(names('pending')).toEqual(['popup_opened', 'sign_in_completed', 'sign_in_started']);
  await harness.session.popupOpened();
  await harness.session.popupOpened();
  await harness.later();
  expect(names('pending')).toEqual([]);
  expect(names('sent')).toEqual(expect.arrayContaining(['engage', 'sign_in_completed', 'sign_in_started']));
  const sums = (await harness.counted()).map(({ name, count }) => `${name} ${count}`);
  expect(sums).toEqual(['popup_opened 3', 'sign_in_completed 1', 'sign_in_started 1']);
  const engaged = () => harness.mock.metricsFlows.filter(({ query }) => query.event_type === 'engage');
  await expect.poll(() => engaged().length).toBe(1);
  // No email address and no name.
  expect(JSON.stringify([await harness.counted(), queue()])).not.toMatch(/@|lovelace/i);
});

it('uploads counts at most once a minute', async () => {
  await signIn();
  await harness.later();
  const before = asked.length;
  for (let openings = 0; openings < 4; openings++) {
    await harness.session.popupOpened();
    await harness.session.runMaintenance();
  }
  expect(asked.slice(before)).toEqual([]);
  harness.host.skew += 61_000;
  await harness.session.runMaintenance();
  expect(asked.slice(before)).toEqual(['POST /v1/metrics 202']);
});

it('deletes counts on both sides after an opt-out, even if the companion was down at first', async () => {
  await signIn();
  await harness.later();
  expect(await harness.counted()).not.toEqual([]);
  await harness.session.popupOpened();
  await harness.stopCompanion();
  await harness.session.setMetrics(false);
  expect(queue()).toMatchObject({ pending: [], sent: [], deletionPending: [expect.any(String)] });
  await harness.later();
  expect(queue().deletionPending).toHaveLength(1);
  await harness.restartCompanion();
  harness.host.skew += 3_600_000;
  await harness.later();
  await harness.later();
  expect(asked.at(-1)).toBe('DELETE /v1/metrics 204');
  expect(queue()).toMatchObject({ pending: [], sent: [], deletionPending: [] });
  expect(await harness.counted()).toEqual([]);
  expect(harness.view().metrics).toEqual({ on: false, blockedBy: ['switch'] });
});

it('has the companion delete counts before handing over the session', async () => {
  await signIn();
  await harness.later();
  await Promise.all([harness.session.setMetrics(false), harness.session.signOut()]);
  await harness.session.drainOutbox();
  await expect.poll(() => harness.counted()).toEqual([]);
});

it('begins a flow when the popup opens, and passes it to Mozilla accounts once', async () => {
  await harness.session.popupOpened();
  await harness.session.popupOpened();
  expect(asked).toEqual(['GET /v1/metrics-flow 200']);
  const [flow] = harness.mock.metricsFlows;
  expect(flow?.query).toMatchObject({ entrypoint: 'test-button', utm_source: 'tests', form_type: 'email' });
  const { searchParams } = await signIn();
  expect(Object.fromEntries(searchParams)).toMatchObject({
    entrypoint: 'test-button',
    utm_source: 'tests',
    flow_id: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    flow_begin_time: expect.stringMatching(/^\d{13}$/) as string,
    device_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
  });
  await harness.session.signOut();
  expect([...(await signIn()).searchParams.keys()]).not.toContain('flow_id');
});

/** Forbids metrics once an answer to such a request has come, without telling the session. */
function forbidAt(pathname: RegExp): void {
  const { fetch: network } = harness.host;
  harness.host.fetch = async (url, init) => {
    const response = await network(url, init);
    if (pathname.test(new URL(String(url)).pathname))
      harness.host.policy = { sessionOnly: false, metricsOff: true };
    return response;
  };
}

it('passes no flow to another server or for another client', async () => {
  await harness.session.popupOpened();
  const flow = harness.host.memory.get('flow') as { flowId: string };
  expect(flow.flowId).toMatch(/^[0-9a-f]{64}$/);
  harness.host.memory.set('flow', {
    ...flow,
    at: 'https://companion.example https://elsewhere.example client',
  });
  expect([...(await signIn()).searchParams.keys()]).not.toContain('flow_id');
});

it('passes on no flow that is old or was refused', async () => {
  const keys = async () => [...(await signIn()).searchParams.keys()];
  await harness.session.popupOpened();
  harness.host.skew = 121 * MINUTE;
  expect(await keys()).not.toContain('flow_id');
  await harness.session.signOut();

  await harness.session.popupOpened();
  await harness.session.setMetrics(false);
  expect(harness.host.memory.get('flow')).toBeNull();
  await harness.session.setMetrics(true);
  const again = await keys();
  expect(again).toContain('entrypoint');
  expect(again).not.toContain('flow_id');
});

it('passes on no flow if metrics are blocked while the sign-in checks the server', async () => {
  await harness.session.popupOpened();
  expect(harness.host.memory.get('flow')).toMatchObject({ flowId: expect.any(String) as string });
  forbidAt(/./);
  expect([...(await signIn()).searchParams.keys()]).not.toContain('flow_id');
  expect(harness.view().status).toBe('signedIn');
});

it('requests no flow while metrics are blocked', async () => {
  harness.host.policy = { sessionOnly: false, metricsOff: true };
  await harness.session.popupOpened();
  expect(asked).toEqual([]);
});

it('keeps no flow if metrics are blocked while it is fetched', async () => {
  forbidAt(/^\/v1\/metrics-flow$/);
  await harness.session.popupOpened();
  expect(asked).toEqual(['GET /v1/metrics-flow 200']);
  expect(harness.host.memory.get('flow') ?? undefined).toBeUndefined();
});

it('never blocks a sign-in because of metrics', async () => {
  await harness.stopCompanion();
  await harness.session.popupOpened();
  harness.host.memory.set('flow', { flowId: 'x'.repeat(64), flowBeginTime: Date.now(), deviceId: 7 });
  expect([...(await signIn()).searchParams.keys()]).not.toContain('flow_id');
  expect(harness.view().status).toBe('signedIn');
});

it('sends nothing if any one consent is missing', async () => {
  const close: readonly (() => unknown)[] = [
    () => harness.session.setMetrics(false),
    () => harness.session.setDntGpc(true),
    () => (harness.host.consent = false),
    () => (harness.host.policy = { sessionOnly: false, metricsOff: true }),
    () => harness.mock.store.setMetricsEnabled(harness.ada, false),
  ];
  for (const [at, no] of close.entries()) {
    const before = asked.length;
    await no();
    // The account only counts once it has signed in.
    if (at < 4) await harness.session.popupOpened();
    await signIn();
    await harness.session.popupOpened();
    await harness.later();
    await harness.session.signOut();
    await harness.session.popupOpened();
    await harness.later();
    expect(asked.slice(before)).toEqual([]);
    expect(await harness.counted()).toEqual([]);
    expect(queue().pending).toEqual([]);
    harness.host.consent = true;
    harness.host.policy = { sessionOnly: false, metricsOff: false };
    await harness.session.setDntGpc(false);
    await harness.session.setMetrics(true);
  }
});
