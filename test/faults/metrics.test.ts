// What a slow, deaf or disagreeing companion can do to metrics, one case each.
import { beforeEach, describe, expect, it } from 'vitest';
import { createMetricsHarness } from './metrics-harness.ts';
import { isDeletionPending, metricsViolations } from './invariants.ts';

const one = createMetricsHarness();
const { done, tend, later, queue, held, signedIn, open } = one;

describe('counts', () => {
  beforeEach(signedIn);

  it('whose answer is lost are not sent again', async () => {
    const { fetch } = one.harness.host;
    one.harness.host.fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (String(url).endsWith('/v1/metrics')) throw new TypeError('NetworkError');
      return response;
    };
    await open();
    one.harness.host.fetch = fetch;
    await later(60);
    await later(60);
    expect(held()).toBe(4);
    expect(queue().pending).toEqual([]);
  });

  it.each([
    [429, 1],
    [404, 1],
    // Either could be refused again for the same counts, or could have come after they were stored.
    [400, 0],
    [500, 0],
  ])('that are refused with %s are kept %s times', async (status, kept) => {
    one.instead = Response.json({ error: 'x', message: '' }, { status });
    await open();
    expect(queue().pending.filter(({ name }) => name === 'popup_opened')).toHaveLength(kept);
    await later(120);
    await later(120);
    expect([queue().pending, held()]).toEqual([[], 2 + 2 * kept]);
  });

  it('are tried ever more rarely where nothing comes of it', async () => {
    one.asked = [];
    for (let minutes = 0; minutes < 240; minutes += 2) {
      await open();
      one.instead = new Response('<html>', { status: 502 });
      await later(2);
    }
    const posts = one.asked.filter((one) => one.startsWith('POST'));
    expect(posts.length).toBeGreaterThan(3);
    expect(posts.length).toBeLessThan(20);
  });

  it('wait while the companion cannot be asked anything', async () => {
    one.harness.companion.mood = 'down';
    await later(6);
    one.asked = [];
    await open();
    await later(6);
    expect(one.asked).toEqual([]);
    expect(queue().pending).not.toEqual([]);
    one.harness.companion.mood = 'truthful';
    await later(120);
    await later(6);
    expect(queue().pending).toEqual([]);
  });

  it('are dropped where the companion has heard a no, and the profile is looked at anew', async () => {
    one.instead = Response.json({ error: 'metrics_off', message: '' }, { status: 403 });
    await open();
    // The profile says yes after all, so counting starts afresh.
    expect([queue().pending, one.harness.view()?.metrics.blockedBy]).toEqual([[], []]);
    await tend();
    expect([one.asked.at(-1), held()]).toEqual(['DELETE /v1/metrics', 0]);
    await open();
    await later(6);
    expect(held()).toBeGreaterThan(0);
  });

  it('are left alone where the companion goes on refusing', async () => {
    const refuse = one.harness.host.fetch;
    one.harness.host.fetch = (url, init) =>
      String(url).endsWith('/v1/metrics')
        ? (one.asked.push('POST refused'),
          Promise.resolve(Response.json({ error: 'consent_stale' }, { status: 403 })))
        : refuse(url, init);
    one.asked = [];
    for (let minutes = 0; minutes < 240; minutes += 2) {
      await open();
      await later(2);
    }
    expect(one.asked.length).toBeLessThan(20);
    expect(queue().pending).not.toEqual([]);
  });
});

describe('a no', () => {
  const ways: readonly [string, () => Promise<unknown>][] = [
    ['of the browser (DNT, GPC)', () => one.harness.session.setDntGpc(true)],
    [
      'to what the browser asks',
      () => {
        one.harness.host.consent = false;
        return one.harness.session.policyChanged();
      },
    ],
    [
      'of the browser’s administrator',
      () => {
        one.harness.host.policy = { ...one.harness.host.policy, metricsOff: true };
        return one.harness.session.policyChanged();
      },
    ],
    ['by the switch', () => one.harness.session.setMetrics(false)],
  ];
  it.each(ways)(
    '%s empties everything, here and at the companion, and nothing is asked again',
    async (_way, no) => {
      await signedIn();
      await open();
      await done(no());
      expect(queue()).toMatchObject({ pending: [], sent: [] });
      await tend();
      expect([queue(), held()]).toMatchObject([{ pending: [], sent: [] }, 0]);
      expect(isDeletionPending(one.harness)).toBe(false);
      one.asked = [];
      await open();
      await later(60);
      await done(one.harness.session.signOut());
      await open();
      await later(60);
      expect(one.asked).toEqual([]);
      expect(metricsViolations(one.harness)).toEqual([]);
    },
  );

  it('has nothing forgotten where nothing was sent', async () => {
    await done(one.harness.session.setMetrics(false));
    await done(one.harness.session.signIn());
    await later(60);
    expect(one.asked).toEqual([]);
  });

  it('does not outlive a record that cannot be read: then nothing is counted until there is a yes', async () => {
    await done(one.harness.session.setMetrics(false));
    one.harness.host.local.set('record', { version: 'x' });
    await done(one.harness.session.reset());
    await open();
    expect([one.asked, one.harness.view()?.metrics]).toEqual([[], { on: false, blockedBy: ['switch'] }]);
  });
});
