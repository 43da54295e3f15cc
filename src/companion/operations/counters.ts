// Counters for Prometheus and the status page. Labels come from a fixed set; clients can't choose them.
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { OperatorState } from '../store.ts';

export interface Counters {
  /** `outcome`: `accepted`, `ignored`, `refused` or `unavailable`; `what`: the kind of event, or the reason. */
  webhook(outcome: string, what: string): void;
  revocation(outcome: 'done' | 'postponed' | 'set_aside'): void;
  tokenCache(outcome: 'hit' | 'miss' | 'eviction'): void;
  metricsEvent(name: string, count?: number): void;
  /** `route`: the route's pattern. */
  request(route: string, status: number): void;
  /** Counts since this process started. */
  webhooks(): Promise<readonly WebhookCount[]>;
  /** Prometheus's text format. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface WebhookCount {
  readonly outcome: string;
  readonly what: string;
  readonly count: number;
}

// Extensions choose these names, and each is a time series: past this many they are counted as `other`.
const MOST_NAMES = 100;

type Revocations = OperatorState['revocations'];

/**
 * Creates the counters. The arguments serve the gauges, which keep their last value while the store can't be read.
 * `now` in milliseconds.
 */
export function createCounters(
  revocations: () => Promise<Revocations>,
  now: () => number = Date.now,
): Counters {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter({ name: `companion_${name}_total`, help, labelNames, registers });

  const webhooks = counter('webhooks', 'Security events by what became of them', ['outcome', 'what']);
  const attempts = counter('revocations', 'Attempts to destroy a grant by outcome', ['outcome']);
  const tokenCache = counter('token_cache', 'Look-ups in and evictions from the token cache', ['outcome']);
  const metricsEvents = counter('metrics_events', 'Events taken in from extensions', ['name']);
  const requests = counter('http_requests', 'Requests by route and status', ['route', 'status']);
  revocationGauges(registers, revocations, now);
  const names = new Set<string>();

  return {
    webhook: (outcome, what) => webhooks.inc({ outcome, what }),
    revocation: (outcome) => attempts.inc({ outcome }),
    tokenCache: (outcome) => tokenCache.inc({ outcome }),
    metricsEvent: (name, count = 1) => {
      if (names.size < MOST_NAMES) names.add(name);
      metricsEvents.inc({ name: names.has(name) ? name : 'other' }, count);
    },
    request: (route, status) => requests.inc({ route, status }),
    webhooks: async () =>
      (await webhooks.get()).values.map(({ labels, value }) => ({
        outcome: String(labels.outcome),
        what: String(labels.what),
        count: value,
      })),
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

function revocationGauges(registers: Registry[], ask: () => Promise<Revocations>, now: () => number): void {
  const gauge = (name: string, help: string, read: (revocations: Revocations) => number) =>
    new Gauge({
      name: `companion_revocations_${name}`,
      help,
      registers,
      async collect() {
        const known = await ask().catch(() => undefined);
        if (known !== undefined) this.set(read(known));
      },
    });
  gauge('pending', 'Grants still to be destroyed', ({ pending }) => pending);
  gauge('oldest_seconds', 'Age of the oldest of them', ({ oldest }) =>
    oldest === undefined ? 0 : Math.max(0, (now() - oldest) / 1000),
  );
  gauge('set_aside', 'Grants that an operator has to look at', ({ setAside }) =>
    setAside.reduce((sum, { count }) => sum + count, 0),
  );
}
