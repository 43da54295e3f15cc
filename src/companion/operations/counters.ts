// Counters, histograms and gauges for Prometheus and the status page. Labels come from a fixed set; clients can't
// choose them.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export type Counters = ReturnType<typeof createCounters>;

export interface EventCount {
  readonly outcome: string;
  readonly what: string;
  readonly count: number;
}

// Extensions choose these names, and each is a time series: past this many they are counted as `other`.
const MOST_NAMES = 100;

type Reading = number | ReadonlyMap<string, number>;

// Seconds. FxA signs each attempt anew, so that a delivery is old only when it was on its way for long.
const AGES = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400];
const DURATIONS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Creates the counters, and Node's own metrics. */
export function createCounters() {
  const register = new Registry();
  const registers = [register];
  collectDefaultMetrics({ register });
  const counter = <T extends string>(name: string, help: string, ...labelNames: readonly T[]) =>
    new Counter({ name: `companion_${name}_total`, help, labelNames, registers });

  const webhooks = counter('webhooks', 'Security events by what became of them', 'outcome', 'what');
  const queue = counter('queue_messages', 'Messages of the queue by what became of them', 'outcome', 'what');
  const attempts = counter('revocations', 'Attempts to destroy a grant by outcome', 'outcome');
  const tokenCache = counter('token_cache', 'Look-ups in and evictions from the token cache', 'outcome');
  const metricsEvents = counter('metrics_events', 'Events taken in from extensions', 'name');
  const requests = counter('http_requests', 'Requests by route and status', 'route', 'status');
  const durations = new Histogram({
    name: 'companion_http_request_duration_seconds',
    help: 'Time until the answer, by route and class of status',
    labelNames: ['route', 'status'],
    buckets: DURATIONS,
    registers,
  });
  const deliveryAges = new Histogram({
    name: 'companion_delivery_age_seconds',
    help: 'Age of a delivery when its events were committed, since Mozilla accounts signed it',
    buckets: AGES,
    registers,
  });
  const names = new Set<string>();

  return {
    /** `outcome`: `accepted`, `ignored`, `refused` or `unavailable`; `what`: the kind of event, or the reason. */
    webhook: (outcome: string, what: string) => webhooks.inc({ outcome, what }),
    /** As `webhook`, for a message of the queue. */
    queueMessage: (outcome: string, what: string) => queue.inc({ outcome, what }),
    revocation: (outcome: 'done' | 'postponed' | 'set_aside') => attempts.inc({ outcome }),
    tokenCache: (outcome: 'hit' | 'miss' | 'eviction') => tokenCache.inc({ outcome }),
    metricsEvent: (name: string, count = 1) => {
      if (names.size < MOST_NAMES) names.add(name);
      metricsEvents.inc({ name: names.has(name) ? name : 'other' }, count);
    },
    /** `route`: the route's pattern; `seconds`: until it was answered. */
    request: (route: string, status: number, seconds: number) => {
      requests.inc({ route, status });
      durations.observe({ route, status: `${Math.floor(status / 100)}xx` }, seconds);
    },
    /** A delivery committed `seconds` after Mozilla accounts signed it. */
    stored: (seconds: number) => deliveryAges.observe(Math.max(0, seconds)),
    /**
     * Adds a gauge that is read at each scrape, and keeps its last values while `read` fails. With a `label`, `read`
     * returns a value for each of its values.
     */
    gauge: (name: string, help: string, read: () => Reading | Promise<Reading>, label?: string) => {
      new Gauge({
        name: `companion_${name}`,
        help,
        labelNames: label === undefined ? [] : [label],
        registers,
        async collect() {
          const reading = await Promise.resolve()
            .then(read)
            .catch(() => undefined);
          if (typeof reading === 'number') this.set(reading);
          else if (reading !== undefined && label !== undefined) {
            this.reset();
            for (const [value, number] of reading) this.set({ [label]: value }, number);
          }
        },
      });
    },
    /** Counts since this process started. */
    webhooks: () => eventCounts(webhooks),
    queueMessages: () => eventCounts(queue),
    /** Prometheus's text format. */
    text: () => register.metrics(),
    contentType: register.contentType,
  };
}

async function eventCounts(counter: Counter<'outcome' | 'what'>): Promise<readonly EventCount[]> {
  const { values } = await counter.get();
  return values.map(({ labels, value }) => ({
    outcome: String(labels.outcome),
    what: String(labels.what),
    count: value,
  }));
}
