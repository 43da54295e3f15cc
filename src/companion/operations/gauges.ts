// Gauges of the present state: health, the age of each client's last event, and what waits.
import type { Counters } from './counters.ts';
import type { Check } from './clock.ts';
import type { Health } from './health.ts';
import type { EventAge } from './silence.ts';

export interface GaugeParts {
  readonly health: () => Promise<Health>;
  readonly eventAges: () => Promise<readonly EventAge[]>;
  /** Deliveries whose events are not yet committed. */
  readonly storing: () => number;
  /** Access tokens that are being looked up at Mozilla accounts. */
  readonly checkingTokens: () => number;
}

const LEVELS: Readonly<Record<Check, number>> = { ok: 0, warning: 1, error: 2 };

export function addGauges({ gauge }: Pick<Counters, 'gauge'>, parts: GaugeParts): void {
  const byClient = async (read: (age: EventAge) => number | undefined) => {
    const entries = (await parts.eventAges()).map((age) => [age.client, read(age)] as const);
    return new Map(entries.filter((entry): entry is [string, number] => entry[1] !== undefined));
  };
  gauge(
    'check_level',
    'Checks of the heartbeat: 0 ok, 1 warning (degraded), 2 error',
    async () => {
      const { checks } = await parts.health();
      return new Map(Object.entries(checks).map(([check, level]) => [check, LEVELS[level]]));
    },
    'check',
  );
  gauge(
    'last_event_timestamp_seconds',
    'When the last event about a known account came, in Unix time; absent until one has',
    () => byClient(({ lastAt }) => (lastAt === undefined ? undefined : lastAt / 1000)),
    'client',
  );
  gauge(
    'last_event_age_seconds',
    'Time since that event or, without one, since the client was first configured',
    () => byClient(({ age }) => age),
    'client',
  );
  gauge(
    'events_expected_every_seconds',
    'COMPANION_EXPECT_EVENTS_EVERY; absent for clients of which no events are expected',
    () => byClient(({ expectedEvery }) => expectedEvery),
    'client',
  );
  gauge('deliveries_waiting', 'Deliveries whose events are not yet committed', parts.storing);
  gauge(
    'token_checks_waiting',
    'Access tokens that are being looked up at Mozilla accounts',
    parts.checkingTokens,
  );
}
