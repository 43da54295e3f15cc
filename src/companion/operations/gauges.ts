// Gauges of the present state: health, the age of each client's last event, and what waits.
import type { OperatorState } from '../store.ts';
import type { Check } from './clock.ts';
import type { Counters } from './counters.ts';
import type { Health } from './health.ts';
import type { EventAge } from './silence.ts';

export interface GaugeParts {
  readonly health: () => Promise<Health>;
  readonly eventAges: () => Promise<readonly EventAge[]>;
  readonly revocations: () => Promise<OperatorState['revocations']>;
  /** Deliveries whose events are not yet committed. */
  readonly deliveriesWaiting: () => number;
  /** Access tokens that are being looked up at Mozilla accounts. */
  readonly checkingTokens: () => number;
  /** Milliseconds. */
  readonly now: () => number;
}

const LEVELS: Readonly<Record<Check, number>> = { ok: 0, warning: 1, error: 2 };

/** Adds the gauges whose values are read when Prometheus asks for them. */
export function addGauges({ gauge }: Pick<Counters, 'gauge'>, parts: GaugeParts): void {
  const { health, eventAges, revocations, deliveriesWaiting, checkingTokens, now } = parts;
  const byClient = (name: string, help: string, read: (age: EventAge) => number | undefined) => {
    const ages = async () =>
      new Map(
        (await eventAges()).flatMap((age) => {
          const value = read(age);
          return value === undefined ? [] : [[age.client, value] as const];
        }),
      );
    gauge(name, help, ages, 'client');
  };
  gauge(
    'check_level',
    'Checks of the heartbeat: 0 ok, 1 warning (degraded), 2 error',
    async () => {
      const { checks } = await health();
      return new Map(Object.entries(checks).map(([check, level]) => [check, LEVELS[level]]));
    },
    'check',
  );
  byClient(
    'last_event_timestamp_seconds',
    'When the last event about a known account came, in Unix time; absent until one has',
    ({ lastAt }) => (lastAt === undefined ? undefined : lastAt / 1000),
  );
  byClient(
    'last_event_age_seconds',
    'Time since that event or, without one, since the client was first configured',
    ({ age }) => age,
  );
  byClient(
    'events_expected_every_seconds',
    'COMPANION_EXPECT_EVENTS_EVERY; absent for clients of which no events are expected',
    ({ expectedEvery }) => expectedEvery,
  );
  gauge('revocations_pending', 'Grants still to be destroyed', async () => (await revocations()).pending);
  gauge('revocations_oldest_seconds', 'Age of the oldest of them', async () => {
    const { oldest } = await revocations();
    return oldest === undefined ? 0 : Math.max(0, (now() - oldest) / 1000);
  });
  gauge('revocations_set_aside', 'Grants that an operator has to look at', async () =>
    (await revocations()).setAside.reduce((sum, { count }) => sum + count, 0),
  );
  gauge('deliveries_waiting', 'Deliveries whose events are not yet committed', deliveriesWaiting);
  gauge('token_checks_waiting', 'Access tokens that are being looked up at Mozilla accounts', checkingTokens);
}
