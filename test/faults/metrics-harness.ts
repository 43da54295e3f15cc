// A harness whose user allows metrics, with what tests ask about them.
import { LOCAL } from '../../src/session/state/storage-items.ts';
import { afterEach, beforeEach, expect } from 'vitest';
import { EMPTY_QUEUE, type MetricsQueue } from '../../src/session/metrics/queue.ts';
import { brokenInvariants } from './invariants.ts';
import { ADA } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

export interface MetricsHarness {
  readonly harness: FaultHarness;
  /** The requests about metrics, by method and path. */
  asked: string[];
  /** What the companion answers instead to the next request about metrics. */
  instead: Response | undefined;
  done<T>(work: Promise<T>): Promise<T>;
  tend(): Promise<void>;
  later(minutes: number): Promise<void>;
  queue(): MetricsQueue;
  held(email?: string): number;
  signedIn(): Promise<void>;
  /** Opens the popup, with everything that triggers. */
  open(): Promise<void>;
}

/** One for each test of the file. */
export function createMetricsHarness(): MetricsHarness {
  let harness: FaultHarness;
  const done = <T>(work: Promise<T>) => harness.time.until(work, 'the work');
  const it: MetricsHarness = {
    get harness() {
      return harness;
    },
    asked: [],
    instead: undefined,
    done,
    tend: () => done(harness.session.runMaintenance()),
    later(minutes) {
      harness.host.skew += minutes * 60_000;
      return it.tend();
    },
    queue: () => (harness.host.local.get(LOCAL.metrics) ?? EMPTY_QUEUE) as MetricsQueue,
    held: (email = ADA) => harness.companion.held(harness.mock.store.accounts.byEmail(email)?.uid ?? ''),
    async signedIn() {
      await done(harness.session.signIn());
      await it.tend();
      await it.later(6);
      expect(it.held()).toBe(2);
    },
    async open() {
      await done(harness.session.popupOpened());
      await harness.time.quiet();
    },
  };
  beforeEach(() => {
    harness = createFaultHarness({ companion: true, consent: true });
    it.asked = [];
    it.instead = undefined;
    harness.host.fetch = (url, init) => {
      const { pathname } = new URL(String(url));
      if (!pathname.startsWith('/v1/metrics')) return harness.network(url, init);
      it.asked.push(`${init?.method ?? 'GET'} ${pathname}`);
      const answer = it.instead;
      it.instead = undefined;
      return answer ? Promise.resolve(answer) : harness.network(url, init);
    };
  });
  afterEach(() => {
    expect(harness.host.reports).toEqual([]);
    expect(brokenInvariants(harness)).toEqual([]);
    harness.stop();
  });
  return it;
}
