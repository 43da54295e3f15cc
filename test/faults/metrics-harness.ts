// A harness whose user allows metrics, with what tests ask about them.
import { LOCAL } from '../../src/session/state/storage-items.ts';
import { afterEach, beforeEach, expect } from 'vitest';
import { EMPTY_QUEUE, type MetricsQueue } from '../../src/session/metrics/queue.ts';
import { brokenInvariants } from './invariants.ts';
import { ADA } from './steps.ts';
import { createFaultHarness, type FaultHarness } from './harness.ts';

export interface MetricsHarness {
  readonly world: FaultHarness;
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
  let world: FaultHarness;
  const done = <T>(work: Promise<T>) => world.time.until(work, 'the work');
  const it: MetricsHarness = {
    get world() {
      return world;
    },
    asked: [],
    instead: undefined,
    done,
    tend: () => done(world.session.runMaintenance()),
    later(minutes) {
      world.host.skew += minutes * 60_000;
      return it.tend();
    },
    queue: () => (world.host.local.get(LOCAL.metrics) ?? EMPTY_QUEUE) as MetricsQueue,
    held: (email = ADA) => world.companion.held(world.mock.store.accounts.byEmail(email)?.uid ?? ''),
    async signedIn() {
      await done(world.session.signIn());
      await it.tend();
      await it.later(6);
      expect(it.held()).toBe(2);
    },
    async open() {
      await done(world.session.popupOpened());
      await world.time.quiet();
    },
  };
  beforeEach(() => {
    world = createFaultHarness({ companion: true, consent: true });
    it.asked = [];
    it.instead = undefined;
    world.host.fetch = (url, init) => {
      const { pathname } = new URL(String(url));
      if (!pathname.startsWith('/v1/metrics')) return world.network(url, init);
      it.asked.push(`${init?.method ?? 'GET'} ${pathname}`);
      const answer = it.instead;
      it.instead = undefined;
      return answer ? Promise.resolve(answer) : world.network(url, init);
    };
  });
  afterEach(() => {
    expect(world.host.reports).toEqual([]);
    expect(brokenInvariants(world)).toEqual([]);
    world.stop();
  });
  return it;
}
